package dev.bailiwick.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One of the programs under test, as a process of its own that can be killed and started again. */
final class Program implements AutoCloseable {

    private static final Duration MAX_END = Duration.ofSeconds(25);

    private final String name;
    private final List<String> command;
    private final Path log;
    private @Nullable Process process;

    /** @param log appended to, over all starts */
    Program(String name, List<String> command, Path log) {
        this.name = name;
        this.command = command;
        this.log = log;
    }

    void start() {
        if (isAlive()) {
            throw new IllegalStateException(name + " runs already");
        }
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs it to its end, which must be a good one. */
    void run() throws InterruptedException {
        start();
        Process started = started();
        if (!started.waitFor(1, TimeUnit.MINUTES) || started.exitValue() != 0) {
            throw new AssertionError(name + " failed:\n" + lastLines());
        }
    }

    boolean isAlive() {
        return process != null && process.isAlive();
    }

    long pid() {
        return started().pid();
    }

    /** SIGKILL: nothing of it runs any more when this returns, and it had no chance to tidy up. */
    void kill() throws InterruptedException {
        started().destroyForcibly().waitFor();
    }

    /** SIGTERM, and the end that follows. */
    void stop() throws InterruptedException {
        Process stopping = started();
        stopping.destroy();
        if (!stopping.waitFor(MAX_END)) {
            stopping.destroyForcibly().waitFor();
            throw new AssertionError(name + " did not end within " + MAX_END + ":\n" + lastLines());
        }
    }

    String lastLines() {
        try {
            List<String> lines = Files.readAllLines(log);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 60), lines.size()));
        } catch (IOException e) {
            return "(" + log + " cannot be read: " + e + ")";
        }
    }

    private Process started() {
        if (process == null) {
            throw new IllegalStateException(name + " was never started");
        }
        return process;
    }

    @Override
    public void close() {
        if (process == null || !process.isAlive()) {
            return;
        }
        process.destroy();
        try {
            if (!process.waitFor(MAX_END)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
