package dev.bailiwick.agent.kernel.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** What proc_pid(5) says of a process; when it started, with its number, names it for good. */
final class ProcessTimes {

    private static final int START_TIME = 22;

    private ProcessTimes() {}

    /** Field 22 of proc_pid_stat(5), in clock ticks since boot; empty where there is no such process. */
    static Optional<Long> startTicks(int pid) {
        return read(pid, "stat").map(line -> {
            // The name, field 2, may hold spaces and parentheses: count from its last parenthesis on.
            String[] afterName = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
            return Long.parseLong(afterName[START_TIME - 3]);
        });
    }

    /** One of the files that proc_pid(5) has of a process; empty where there is no such process. */
    static Optional<String> read(int pid, String file) {
        try {
            return Optional.of(Files.readString(Path.of("/proc", Integer.toString(pid), file)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            if (!Files.exists(Path.of("/proc", Integer.toString(pid)))) {
                return Optional.empty(); // ended while it was read
            }
            throw new UncheckedIOException(e);
        }
    }
}
