package dev.bailiwick.agent.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Replaces a file atomically: after a crash or a power failure it has its old or its new content, never a part of either. */
public final class DurableFile {

    private DurableFile() {}

    /** Writes the file with mode 0600, and returns once it would survive a power failure. */
    public static void write(Path file, byte[]... contents) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        if (directory == null) {
            throw new IOException(file + " has no directory");
        }
        Path fresh = directory.resolve("." + file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        try {
            replace(file, fresh, contents);
        } catch (IOException e) {
            // The incomplete file would use space that is needed next.
            Files.deleteIfExists(fresh);
            throw e;
        }
        syncDirectory(directory);
    }

    private static void replace(Path file, Path fresh, byte[]... contents) throws IOException {
        try (FileChannel channel = FileChannel.open(
                fresh,
                Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            for (byte[] content : contents) {
                writeAll(channel, ByteBuffer.wrap(content));
            }
            channel.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** Makes the rename durable: this takes an fsync of the directory (fsync(2), NOTES). */
    private static void syncDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
