package dev.bailiwick.server.jail.file;

import dev.bailiwick.jail.file.FileBytes;
import dev.bailiwick.jail.file.FileEntry;
import dev.bailiwick.jail.file.FileName;
import dev.bailiwick.jail.file.FilePath;
import dev.bailiwick.jail.file.FileRequest;
import dev.bailiwick.jail.file.FileResult;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.server.jail.file.content.ContentReader;
import dev.bailiwick.server.jail.file.failure.FileNotFound;
import dev.bailiwick.server.jail.file.failure.FileRefusals;
import dev.bailiwick.server.jail.file.failure.FileUnsuitable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * Writes a directory of a jail as a tar in the format of GNU: names are bytes there, as they are in a jail. It has directories, regular files,
 * and links; pipes, sockets, devices, what is mounted, and what root of the jail cannot read are left out. It asks the host for one part after another, so
 * the jail can start and stop meanwhile, and keeps the entries of at most one part of each directory that it is in.
 */
final class ArchiveWriter {

    private static final int MANY = 200;
    private static final int FEW = 16;

    /** A jail can nest directories two thousand deep. */
    private static final int USUAL_DEPTH = 8;

    private final Transfer transfer;
    private final TarArchiveOutputStream tar;

    ArchiveWriter(Transfer transfer, OutputStream out) {
        this.transfer = transfer;
        this.tar = new TarArchiveOutputStream(out, StandardCharsets.ISO_8859_1.name());
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_GNU);
        tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_STAR);
    }

    /** A directory whose entries are written; its name in the archive has a slash at its end, and one character for each byte. */
    private static final class Level {

        private final FilePath path;
        private final String name;
        private final int limit;
        private final Deque<FileEntry> directories = new ArrayDeque<>();
        private OptionalLong next = OptionalLong.of(0);

        Level(FilePath path, String name, int depth) {
            this.path = path;
            this.name = name;
            this.limit = depth < USUAL_DEPTH ? MANY : FEW;
        }
    }

    /**
     * Writes all of it, and the end of the archive.
     *
     * @param name of the directory in the archive
     * @throws IOException if it cannot be written
     * @throws dev.bailiwick.server.problem.Failure if the host does not answer, or the access is withdrawn
     */
    void write(FilePath directory, FileEntry entry, String name) throws IOException {
        Deque<Level> levels = new ArrayDeque<>();
        enter(levels, directory, entry, bytes(name) + "/");
        while (!levels.isEmpty()) {
            Level level = levels.getLast();
            FileEntry inner = level.directories.poll();
            if (inner != null) {
                Optional<FilePath> path = child(level.path, inner);
                if (path.isPresent()) {
                    enter(levels, path.get(), inner, level.name + bytes(inner.name()) + "/");
                }
            } else if (level.next.isPresent()) {
                readPart(level);
            } else {
                levels.removeLast();
            }
        }
        tar.finish();
    }

    private static String bytes(String name) {
        return new String(FileName.bytes(name), StandardCharsets.ISO_8859_1);
    }

    /** Returns empty if the path is longer than a path can be. */
    private static Optional<FilePath> child(FilePath directory, FileEntry entry) {
        try {
            return Optional.of(directory.child(entry.name()));
        } catch (InvalidValue tooLong) {
            return Optional.empty();
        }
    }

    private void enter(Deque<Level> levels, FilePath path, FileEntry entry, String name) throws IOException {
        put(head(name, TarConstants.LF_DIR, entry));
        if (!entry.isMounted()) {
            levels.addLast(new Level(path, name, levels.size()));
        }
    }

    private void readPart(Level level) throws IOException {
        FileResult.Entries part;
        try {
            part = transfer.ask(
                    new FileRequest.List(level.path, level.next.getAsLong(), level.limit), FileResult.Entries.class);
        } catch (FileNotFound | FileUnsuitable gone) {
            level.next = OptionalLong.empty();
            return;
        }
        level.next = part.next().map(OptionalLong::of).orElseGet(OptionalLong::empty);
        Deque<FilePath> files = new ArrayDeque<>();
        for (FileEntry entry : part.entries()) {
            switch (entry.kind()) {
                case DIRECTORY -> level.directories.add(entry);
                case FILE -> {
                    if (!entry.isMounted()) {
                        child(level.path, entry).ifPresent(files::add);
                    }
                }
                case LINK -> {
                    TarArchiveEntry link = head(level.name + bytes(entry.name()), TarConstants.LF_SYMLINK, entry);
                    link.setLinkName(bytes(entry.target().orElse("")));
                    put(link);
                }
                case FIFO, SOCKET, DEVICE -> {}
            }
        }
        writeFiles(level, files);
    }

    /** Writes files, most of which are small: one question asks for the first parts of many. */
    private void writeFiles(Level level, Deque<FilePath> files) throws IOException {
        while (!files.isEmpty()) {
            List<FileRequest> reads = files.stream()
                    .<FileRequest>map(path -> new FileRequest.Read(path, 0, FileBytes.MAX))
                    .toList();
            for (FileResult first : transfer.ask(reads)) {
                FilePath path = files.remove();
                Optional<FileResult.Content> content = unlessGone(first);
                if (content.isPresent()) {
                    writeFile(path, level.name + bytes(path.name()), content.get());
                }
            }
        }
    }

    private static Optional<FileResult.Content> unlessGone(FileResult first) {
        try {
            return Optional.of(FileRefusals.done(first, FileResult.Content.class));
        } catch (FileNotFound | FileUnsuitable gone) {
            return Optional.empty();
        }
    }

    private void writeFile(FilePath path, String name, FileResult.Content first) throws IOException {
        FileEntry file = first.file();
        TarArchiveEntry head = head(name, TarConstants.LF_NORMAL, file);
        head.setSize(file.size());
        tar.putArchiveEntry(head);
        // It may have grown since its first part was read.
        int length = (int) Math.min(first.bytes().length(), file.size());
        tar.write(first.bytes().bytes(), 0, length);
        try (ContentReader rest = new ContentReader(transfer, path, file, length)) {
            for (byte[] part = rest.read(); part.length > 0; part = rest.read()) {
                tar.write(part);
            }
        }
        tar.closeArchiveEntry();
    }

    private static TarArchiveEntry head(String name, byte type, FileEntry entry) {
        TarArchiveEntry head = new TarArchiveEntry(name, type);
        head.setMode(entry.mode());
        head.setIds(entry.owner().orElse(0), entry.group().orElse(0));
        head.setUserName("");
        head.setGroupName("");
        head.setModTime(entry.modified().getEpochSecond() * 1000);
        return head;
    }

    private void put(TarArchiveEntry head) throws IOException {
        tar.putArchiveEntry(head);
        tar.closeArchiveEntry();
    }
}
