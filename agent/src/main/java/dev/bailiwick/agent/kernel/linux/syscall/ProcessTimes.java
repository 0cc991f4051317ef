package dev.bailiwick.agent.kernel.linux.syscall;

import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Facts about a process from proc_pid(5). The process id together with the start time identifies a process uniquely. */
public final class ProcessTimes {

    private static final int START_TIME = 22;
    private static final int USUAL_BYTES = 512;
    private static final String DELETED = " (deleted)";

    private ProcessTimes() {}

    /** Returns field 22 of proc_pid_stat(5), in clock ticks since boot; empty if there is no such process. */
    public static Optional<Long> startTicks(int pid) {
        return read(pid, "stat").map(line -> {
            // Field 2, the name, may contain spaces and parentheses: count from the last parenthesis.
            String[] afterName = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
            return Long.parseLong(afterName[START_TIME - 3]);
        });
    }

    /** Returns whether the process exists and still has its namespaces. A process that is ending gives them up first. */
    public static boolean hasNamespaces(int pid) {
        try {
            Files.readSymbolicLink(Path.of("/proc", Integer.toString(pid), "ns", "net"));
            return true;
        } catch (IOException gone) {
            return false;
        }
    }

    /** Returns the last part of the path of the program that the process executes, also if the file was replaced since; empty if it has ended. */
    public static Optional<String> programName(int pid) {
        try {
            Path program = Files.readSymbolicLink(Path.of("/proc", Integer.toString(pid), "exe"));
            return Optional.of(String.valueOf(program.getFileName()).replace(DELETED, ""));
        } catch (IOException gone) {
            return Optional.empty();
        }
    }

    /** Returns the content of one of the process's files in proc_pid(5); empty if there is no such process. */
    public static Optional<String> read(int pid, String file) {
        String process = "/proc/" + pid;
        // Files would allocate 16 KiB for one line.
        try (FileInputStream in = new FileInputStream(process + "/" + file)) {
            ByteArrayOutputStream text = new ByteArrayOutputStream(USUAL_BYTES);
            byte[] some = new byte[USUAL_BYTES];
            for (int length = in.read(some); length > 0; length = in.read(some)) {
                text.write(some, 0, length);
            }
            return Optional.of(text.toString(StandardCharsets.UTF_8));
        } catch (IOException e) {
            if (!Files.exists(Path.of(process))) {
                return Optional.empty(); // also if the process ended during the read
            }
            throw new UncheckedIOException(e);
        }
    }
}
