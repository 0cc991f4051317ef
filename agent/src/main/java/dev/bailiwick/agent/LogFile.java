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
 * The agent's log as a file that is cut at {@value #MAX_BYTES} bytes. The {@value #KEPT} before it are kept: NAME.1 is the latest of
 * them. Whoever starts the agent under systemd needs none, for the journal does the same.
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
            // To standard error, once.
            reportError("the log cannot be written: " + file, e, ErrorManager.WRITE_FAILURE);
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

    /** Every line is written at once. */
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
            reportError("the log cannot be closed: " + file, e, ErrorManager.CLOSE_FAILURE);
        }
    }
}
