package dev.bailiwick.agent.kernel.linux.ids;

import dev.bailiwick.agent.disk.DurableFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A file of lines to which lines are appended: each is {@code <CRC-32C as 8 hexadecimal digits> <text>}, so that a damaged one is
 * recognised. One wait for the disk is for all lines that came before it. Its owner is the lock of all methods but {@link #read}.
 */
final class LineJournal implements AutoCloseable {

    private static final int SUM_DIGITS = 8;

    private final Path file;
    private final Object lock;
    private final Supplier<List<String>> all;
    private final ExecutorService disk;
    private FileChannel channel;
    /** How many appends there were since the journal was begun, and of how many it is known that they are on disk. */
    private long appended;

    private long forced;
    private @Nullable IOException broken;

    /**
     * What stood in a file.
     *
     * @param lines in their order, each as it was written
     * @param damaged how many lines are not as they were written; one that the power cut short is not counted: nothing was done with it
     */
    record Content(List<String> lines, int damaged) {}

    /**
     * Replaces the file with one that holds {@code all}, durably.
     *
     * @param all what the file has to say now; asked for with the lock held
     */
    LineJournal(Path file, String threadName, Object lock, Supplier<List<String>> all) throws IOException {
        this.file = file;
        this.lock = lock;
        this.all = all;
        DurableFile.write(file, encoded(all.get()));
        this.channel = open();
        this.disk = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().name(threadName).daemon().factory());
    }

    /** What the file holds; nothing where there is none. */
    static Content read(Path file) throws IOException {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            return new Content(List.of(), 0);
        }
        List<String> lines = new ArrayList<>();
        int damaged = 0;
        int start = 0;
        for (int end = 0; end < bytes.length; end++) {
            if (bytes[end] != '\n') {
                continue;
            }
            byte[] line = Arrays.copyOfRange(bytes, start, end);
            start = end + 1;
            String text = new String(line, StandardCharsets.UTF_8);
            String content = text.length() > SUM_DIGITS ? text.substring(SUM_DIGITS + 1) : "";
            if (Arrays.equals(line, encoded(content))) {
                lines.add(content);
            } else {
                damaged++;
            }
        }
        return new Content(lines, damaged);
    }

    private static byte[] encoded(String content) {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        CRC32C sum = new CRC32C();
        sum.update(bytes);
        return (String.format("%08x ", sum.getValue()) + content).getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] encoded(List<String> lines) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (String line : lines) {
            bytes.writeBytes(encoded(line));
            bytes.write('\n');
        }
        return bytes.toByteArray();
    }

    /** Adds lines, all of them or none; they are on disk once {@link #awaitDurable} has returned. */
    void append(List<String> lines) {
        try {
            long end = channel.size();
            try {
                ByteBuffer bytes = ByteBuffer.wrap(encoded(lines));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            } catch (IOException e) {
                // Half a line, of a full disk, must not become the beginning of the next one.
                channel.truncate(end);
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        appended++;
        disk.execute(this::force);
    }

    private void force() {
        long lines;
        FileChannel written;
        synchronized (lock) {
            lines = appended;
            written = channel;
            if (lines == forced) {
                return;
            }
        }
        IOException failure = null;
        try {
            written.force(false);
        } catch (IOException e) {
            failure = e;
        }
        synchronized (lock) {
            if (failure == null) {
                forced = lines;
            } else {
                writeAgain(failure);
            }
            lock.notifyAll();
        }
    }

    /** A failure is reported once, fsync(2): what of the file is on the disk, nobody knows any more. */
    private void writeAgain(IOException failure) {
        try {
            channel.close();
            DurableFile.write(file, encoded(all.get()));
            channel = open();
            forced = appended;
        } catch (IOException e) {
            failure.addSuppressed(e);
            broken = failure;
        }
    }

    /**
     * Returns once all that has been appended so far is on disk.
     *
     * @throws UncheckedIOException if it cannot be brought there; another call tries again
     */
    void awaitDurable() throws InterruptedException {
        long lines = appended;
        if (forced < lines) {
            broken = null;
            disk.execute(this::force);
        }
        while (forced < lines && broken == null) {
            lock.wait();
        }
        if (forced < lines && broken != null) {
            throw new UncheckedIOException(broken);
        }
    }

    private FileChannel open() throws IOException {
        return FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
    }

    @Override
    public void close() {
        disk.close();
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
