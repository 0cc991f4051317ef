package dev.bailiwick.agent.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reserved disk space for data that must be stored even if the disk is full: a file that is filled with zeros in advance, and is
 * overwritten from its beginning. Not thread-safe.
 *
 * <p>The reserve is less reliable on a file system such as btrfs, which does not overwrite blocks in place and so needs free space to
 * overwrite them.
 */
public final class ReservedFile implements AutoCloseable {

    private static final int STEP_BYTES = 64 << 10;

    private final Path file;
    private @Nullable FileChannel channel;
    private long position;

    /** Creates the object; the file is opened or created when it is first used. */
    public ReservedFile(Path file) {
        this.file = file;
    }

    /**
     * Makes the file at least this long. It never becomes shorter.
     *
     * @throws IOException if the disk has too little space
     */
    public void keep(long bytes) throws IOException {
        FileChannel open = channel();
        long size = open.size();
        while (size < bytes) {
            size += open.write(ByteBuffer.allocate(STEP_BYTES), size);
        }
    }

    private FileChannel channel() throws IOException {
        FileChannel open = channel;
        if (open == null) {
            open = FileChannel.open(
                    file,
                    Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            channel = open;
        }
        return open;
    }

    /** Returns the whole content, including the zeros at the end; an empty array if the file does not exist. */
    public byte[] content() throws IOException {
        return Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
    }

    /** Sets the position of the next write, in bytes from the beginning. */
    public void continueAt(long next) {
        position = next;
    }

    /** Returns whether anything was written since {@code continueAt(0)}. */
    public boolean isUsed() {
        return position > 0;
    }

    /**
     * Writes bytes, and returns once they would survive a power failure.
     *
     * @throws IOException if the file is too short for them, or the disk fails
     */
    public void write(ByteBuffer bytes) throws IOException {
        FileChannel open = channel();
        long end = position + bytes.remaining();
        if (end > open.size()) {
            throw new IOException("the space reserved in " + file + " is used up");
        }
        for (long at = position; bytes.hasRemaining(); ) {
            at += open.write(bytes, at);
        }
        open.force(false);
        position = end;
    }

    @Override
    public void close() throws IOException {
        if (channel != null) {
            channel.close();
            channel = null;
        }
    }
}
