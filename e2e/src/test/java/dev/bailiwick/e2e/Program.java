package dev.bailiwick.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A process of a program under test, which can be killed and started again. */
final class Program implements AutoCloseable {

    private static final Duration MAX_END = Duration.ofSeconds(25);

    private final String name;
    private final List<String> command;
    private final Path log;
    private @Nullable Process process;

    /** @param log the file to which all starts append their output */
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

    /** Runs the program until it ends; its exit status must be 0. */
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

    /** Kills the program with SIGKILL, so that it cannot clean up; returns when it has ended. */
    void kill() throws InterruptedException {
        started().destroyForcibly().waitFor();
    }

    /** Sends SIGTERM, and waits for the end. */
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
