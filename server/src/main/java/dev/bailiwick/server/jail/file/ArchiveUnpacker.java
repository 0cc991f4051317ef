package dev.bailiwick.server.jail.file;

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
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Unpacks an archive below a directory of a jail, entry by entry, with the same requests to the host as single files: each path is resolved there
 * within the jail. In addition, no entry leads out of the directory: neither by its name, nor by a link that the archive itself has made.
 */
final class ArchiveUnpacker {

    private final Transfer transfer;
    private final Uploads uploads;
    private final FilePath directory;
    /**
     * The links that were made, a digest of each path: what comes later must not go through them. Whoever makes two paths have the same digest
     * has only more refused.
     */
    private final Set<UUID> links = new HashSet<>();

    ArchiveUnpacker(Transfer transfer, Uploads uploads, FilePath directory) {
        this.transfer = transfer;
        this.uploads = uploads;
        this.directory = directory;
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
        } catch (InvalidArchive named) {
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
            case DIRECTORY -> {
                makeDirectory(path);
                own(path, entry);
                transfer.ask(new FileRequest.SetMode(path, entry.mode()), FileResult.Found.class);
            }
            case FILE -> write(path, entry, entry.content());
            case HARD_LINK -> copy(path, entry);
            case SYMBOLIC_LINK -> {
                makeLink(path, entry.target());
                links.add(digest(path));
                own(path, entry);
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

    private void makeDirectory(FilePath path) {
        try {
            transfer.ask(new FileRequest.MakeDirectory(path), FileResult.Found.class);
        } catch (FileAlreadyExists exists) {
            requireKind(path, FileKind.DIRECTORY, exists);
        }
    }

    private void requireKind(FilePath path, FileKind kind, FileAlreadyExists otherwise) {
        FileResult.Found found = transfer.ask(new FileRequest.Look(path), FileResult.Found.class);
        if (found.entry().kind() != kind) {
            throw otherwise;
        }
    }

    /** Makes a link, also in the place of another. */
    private void makeLink(FilePath path, String target) {
        FileRequest link = new FileRequest.MakeLink(path, target);
        try {
            transfer.ask(link, FileResult.Found.class);
        } catch (FileAlreadyExists exists) {
            requireKind(path, FileKind.LINK, exists);
            transfer.ask(new FileRequest.Remove(path), FileResult.Removed.class);
            transfer.ask(link, FileResult.Found.class);
        }
    }

    private void write(FilePath path, TarEntry entry, InputStream content) throws IOException {
        uploads.put(transfer, path, content, new Uploads.Attributes(entry.owner(), entry.group(), entry.mode()));
    }

    private void own(FilePath path, TarEntry entry) {
        transfer.ask(new FileRequest.SetOwner(path, entry.owner(), entry.group()), FileResult.Found.class);
    }

    /** Makes a second name of a file a copy of it. */
    private void copy(FilePath path, TarEntry entry) throws IOException {
        FilePath first = below(entry.target());
        FileResult.Content head = transfer.ask(new FileRequest.Read(first, 0, 0), FileResult.Content.class);
        write(path, entry, new FileStream(() -> transfer, first, head.file()).getInputStream());
    }
}
