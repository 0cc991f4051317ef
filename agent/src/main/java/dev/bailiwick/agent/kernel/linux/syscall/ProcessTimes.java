package dev.bailiwick.agent.kernel.linux.syscall;

import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What proc_pid(5) says of a process; when it started, with its number, names it for good. */
public final class ProcessTimes {

    private static final int START_TIME = 22;
    private static final int USUAL_BYTES = 512;

    private ProcessTimes() {}

    /** Field 22 of proc_pid_stat(5), in clock ticks since boot; empty where there is no such process. */
    public static Optional<Long> startTicks(int pid) {
        return read(pid, "stat").map(line -> {
            // The name, field 2, may hold spaces and parentheses: count from its last parenthesis on.
            String[] afterName = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
            return Long.parseLong(afterName[START_TIME - 3]);
        });
    }

    /** Whether there is such a process, and it has its namespaces: one that is about to end gives those up first. */
    public static boolean hasNamespaces(int pid) {
        try {
            Files.readSymbolicLink(Path.of("/proc", Integer.toString(pid), "ns", "net"));
            return true;
        } catch (IOException gone) {
            return false;
        }
    }

    /** One of the files that proc_pid(5) has of a process; empty where there is no such process. */
    public static Optional<String> read(int pid, String file) {
        String process = "/proc/" + pid;
        // Not by Files, which takes 16 KiB for what is a line.
        try (FileInputStream in = new FileInputStream(process + "/" + file)) {
            ByteArrayOutputStream text = new ByteArrayOutputStream(USUAL_BYTES);
            byte[] some = new byte[USUAL_BYTES];
            for (int length = in.read(some); length > 0; length = in.read(some)) {
                text.write(some, 0, length);
            }
            return Optional.of(text.toString(StandardCharsets.UTF_8));
        } catch (IOException e) {
            if (!Files.exists(Path.of(process))) {
                return Optional.empty(); // also where it ended while it was read
            }
            throw new UncheckedIOException(e);
        }
    }
}
