package dev.bailiwick.agent;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.logging.ErrorManager;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import org.jspecify.annotations.Nullable;

/**
 * The agent's log in a file of at most about {@value #MAX_BYTES} bytes, with its {@value #KEPT} predecessors; NAME.1 is the latest
 * of these. An agent under systemd needs no log file, because the journal does the same.
 */
final class LogFile extends Handler implements AutoCloseable {

    static final long MAX_BYTES = 8L << 20;
    static final int KEPT = 5;

    private final Path file;
    private @Nullable FileChannel channel;

    /** @throws IOException if the file cannot be written */
    LogFile(Path file) throws IOException {
        this.file = file.toAbsolutePath();
        setFormatter(new LogLineFormatter());
        open();
    }

    @Override
    public synchronized void publish(LogRecord entry) {
        if (!isLoggable(entry)) {
            return;
        }
        try {
            FileChannel open = channel == null ? open() : channel;
            if (open.size() >= MAX_BYTES) {
                close();
                rotate();
                open = open();
            }
            ByteBuffer line = StandardCharsets.UTF_8.encode(getFormatter().format(entry));
            while (line.hasRemaining()) {
                open.write(line);
            }
        } catch (IOException e) {
            // The ErrorManager writes only the first failure, to standard error.
            reportError("cannot write the log " + file, e, ErrorManager.WRITE_FAILURE);
        }
    }

    private FileChannel open() throws IOException {
        Files.createDirectories(file.getParent());
        FileChannel opened = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        channel = opened;
        return opened;
    }

    private void rotate() throws IOException {
        for (int age = KEPT - 1; age >= 0; age--) {
            Path younger = age == 0 ? file : aged(age);
            if (Files.exists(younger)) {
                Files.move(younger, aged(age + 1), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private Path aged(int age) {
        return file.resolveSibling(file.getFileName() + "." + age);
    }

    /** Does nothing, because {@link #publish} writes each line at once. */
    @Override
    public void flush() {}

    @Override
    public synchronized void close() {
        FileChannel open = channel;
        channel = null;
        try {
            if (open != null) {
                open.close();
            }
        } catch (IOException e) {
            reportError("cannot close the log " + file, e, ErrorManager.CLOSE_FAILURE);
        }
    }
}
