package dev.bailiwick.server.jail.file;

import dev.bailiwick.jail.file.FileBytes;
import dev.bailiwick.jail.file.FileKind;
import dev.bailiwick.jail.file.FilePath;
import dev.bailiwick.jail.file.FileRequest;
import dev.bailiwick.jail.file.FileResult;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.server.bounds.Bound;
import dev.bailiwick.server.jail.file.archive.EntryNotUnpacked;
import dev.bailiwick.server.jail.file.archive.InvalidArchive;
import dev.bailiwick.server.jail.file.archive.TarEntry;
import dev.bailiwick.server.jail.file.archive.TarReader;
import dev.bailiwick.server.jail.file.failure.FileAlreadyExists;
import dev.bailiwick.server.problem.Failure;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Unpacks an archive below a directory of a jail, with the same requests to the host as single files: each path is resolved there
 * within the jail. In addition, no entry leads out of the directory: neither by its name, nor by a link that the archive itself has made.
 */
final class ArchiveUnpacker {

    private final Transfer transfer;
    private final Uploads uploads;
    private final FilePath directory;
    private final EntrySteps steps;
    /**
     * The links that were made, a digest of each path: what comes later must not go through them. Whoever makes two paths have the same digest
     * has only more refused.
     */
    private final Set<UUID> links = new HashSet<>();

    ArchiveUnpacker(Transfer transfer, Uploads uploads, FilePath directory) {
        this.transfer = transfer;
        this.uploads = uploads;
        this.directory = directory;
        this.steps = new EntrySteps(transfer);
    }

    /**
     * Unpacks all of it.
     *
     * @return how many entries it has
     * @throws InvalidArchive if something in it is not unpacked; what came before stays
     * @throws IOException if it does not arrive
     */
    long unpack(InputStream archive) throws IOException {
        TarReader reader = new TarReader(archive, transfer::requireAllowed);
        try {
            long entries = unpackAll(reader);
            steps.flush();
            return entries;
        } catch (IOException | RuntimeException e) {
            unpackWhatCameBefore(e);
            throw e;
        }
    }

    private void unpackWhatCameBefore(Exception failure) {
        try {
            steps.flush();
        } catch (Failure earlier) {
            earlier.addSuppressed(failure);
            throw earlier;
        }
    }

    private long unpackAll(TarReader reader) throws IOException {
        long entries = 0;
        for (Optional<TarEntry> entry = reader.next(); entry.isPresent(); entry = reader.next()) {
            if (++entries > Bound.ARCHIVE_ENTRIES.value()) {
                throw new InvalidArchive("it has more than " + Bound.ARCHIVE_ENTRIES.value() + " entries");
            }
            unpackOrName(entry.get());
        }
        return entries;
    }

    /** Has a failure name the entry. */
    private void unpackOrName(TarEntry entry) throws IOException {
        try {
            unpack(entry);
        } catch (InvalidArchive | EntryNotUnpacked named) {
            throw named;
        } catch (InvalidValue invalid) {
            throw new InvalidArchive(entry.name() + " has a value that " + invalid.reason());
        } catch (Failure failure) {
            throw new EntryNotUnpacked(entry.name(), failure);
        }
    }

    private void unpack(TarEntry entry) throws IOException {
        FilePath path = below(entry.name());
        if (path.equals(directory)) {
            requireDirectory(entry);
            return;
        }
        switch (entry.kind()) {
            case DIRECTORY -> makeDirectory(path, entry);
            case FILE -> write(path, entry);
            case HARD_LINK -> copy(path, entry);
            case SYMBOLIC_LINK -> {
                makeLink(path, entry);
                links.add(digest(path));
            }
        }
    }

    private static void requireDirectory(TarEntry entry) {
        if (entry.kind() != TarEntry.Kind.DIRECTORY) {
            throw new InvalidArchive(entry.name() + " would replace the directory itself");
        }
    }

    /** Returns the path of a name in the archive, which must lead out of the directory in no way. */
    private FilePath below(String name) {
        if (name.startsWith("/")) {
            throw new InvalidArchive(name + " is absolute");
        }
        FilePath path = directory;
        for (String part : name.split("/", -1)) {
            if (part.equals("..")) {
                throw new InvalidArchive(name + " leads upwards");
            }
            if (isLink(path)) {
                throw new InvalidArchive(name + " leads through a link of the archive");
            }
            if (!part.isEmpty() && !part.equals(".")) {
                path = child(path, part, name);
            }
        }
        if (isLink(path)) {
            throw new InvalidArchive(name + " comes after a link of the same name");
        }
        return path;
    }

    private boolean isLink(FilePath path) {
        return !links.isEmpty() && links.contains(digest(path));
    }

    private static UUID digest(FilePath path) {
        return UUID.nameUUIDFromBytes(path.text().getBytes(StandardCharsets.UTF_8));
    }

    private static FilePath child(FilePath path, String part, String name) {
        try {
            return path.child(part);
        } catch (InvalidValue e) {
            throw new InvalidArchive("the name " + name + " " + e.reason());
        }
    }

    /** Makes a directory, unless there is one, and also in the place of a link, as GNU tar does. */
    private void makeDirectory(FilePath path, TarEntry entry) {
        FileRequest directory = new FileRequest.MakeDirectory(path);
        steps.add(
                entry.name(),
                List.of(directory, owned(path, entry), new FileRequest.SetMode(path, entry.mode())),
                (step, refused) -> {
                    FileKind there = kindOf(path, step, refused);
                    if (there != FileKind.DIRECTORY) {
                        replaceLink(path, there, directory, refused);
                    }
                });
    }

    /** Makes a link, also in the place of another. */
    private void makeLink(FilePath path, TarEntry entry) {
        FileRequest link = new FileRequest.MakeLink(path, entry.target());
        steps.add(
                entry.name(),
                List.of(link, owned(path, entry)),
                (step, refused) -> replaceLink(path, kindOf(path, step, refused), link, refused));
    }

    /** Returns what is there, if that is why the first step is refused; throws the refusal otherwise. */
    private FileKind kindOf(FilePath path, int step, Failure refused) {
        if (step > 0 || !(refused instanceof FileAlreadyExists)) {
            throw refused;
        }
        return transfer.ask(new FileRequest.Look(path), FileResult.Found.class)
                .entry()
                .kind();
    }

    private void replaceLink(FilePath path, FileKind there, FileRequest by, Failure otherwise) {
        if (there != FileKind.LINK) {
            throw otherwise;
        }
        var _ = transfer.ask(new FileRequest.Remove(path), FileResult.Removed.class);
        var _ = transfer.ask(by, FileResult.Found.class);
    }

    private static FileRequest owned(FilePath path, TarEntry entry) {
        return new FileRequest.SetOwner(path, entry.owner(), entry.group());
    }

    private void write(FilePath path, TarEntry entry) throws IOException {
        byte[] first = entry.content().readNBytes(FileBytes.MAX);
        if (first.length == FileBytes.MAX) {
            InputStream whole = new SequenceInputStream(new ByteArrayInputStream(first), entry.content());
            writeAtOnce(path, entry, whole);
            return;
        }
        Uploads.Placing placing = Uploads.placing(path, attributes(entry));
        steps.add(entry.name(), placing.steps(new FileBytes(first)), (_, refused) -> {
            uploads.abandon(transfer.tree(), placing, refused);
            throw refused;
        });
    }

    private static Uploads.Attributes attributes(TarEntry entry) {
        return new Uploads.Attributes(entry.owner(), entry.group(), entry.mode());
    }

    private void writeAtOnce(FilePath path, TarEntry entry, InputStream content) throws IOException {
        steps.flush();
        uploads.put(transfer, path, content, attributes(entry));
    }

    /** Makes a second name of a file a copy of it. */
    private void copy(FilePath path, TarEntry entry) throws IOException {
        FilePath first = below(entry.target());
        steps.flush();
        FileResult.Content head = transfer.ask(new FileRequest.Read(first, 0, 0), FileResult.Content.class);
        writeAtOnce(path, entry, new FileStream(() -> transfer, first, head.file()).getInputStream());
    }
}
