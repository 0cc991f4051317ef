package dev.bailiwick.agent.kernel.linux;

import dev.bailiwick.agent.disk.TextFile;
import dev.bailiwick.agent.kernel.linux.syscall.ProcessTimes;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The signal dispositions of a process at one moment.
 *
 * @param program identifies a process and the program that it has executed: its id, its start time, and the addresses of its code and
 *     stack, which the kernel chooses again for each execve(2) (proc_pid_stat(5), fields 22 and 26 to 28)
 * @param status the fields of proc_pid_status(5)
 */
record SignalDisposition(String program, Map<String, String> status) {

    /** Caught or ignored: proc_pid_status(5). */
    private static final String IGNORED = "SigIgn:";

    private static final Set<String> HANDLED = Set.of("SigCgt:", IGNORED);

    private static final int FIRST_AFTER_NAME = 3;
    private static final List<Integer> OF_THE_PROGRAM = List.of(22, 26, 27, 28);

    enum Answer {
        /** The program handles or ignores the signal. */
        DECIDED,
        /** The default action: the kernel drops the signal for the first process of a pid namespace, and ends any other process. */
        UNDECIDED,
        /**
         * The process blocks the signal and is not asleep. It may be a shell that blocks all signals until the child of a vfork(2) has
         * started; when it unblocks them, the kernel would drop the signal. The caller must look again soon.
         */
        UNKNOWN
    }

    /** Returns empty if the process has ended. */
    static Optional<SignalDisposition> of(int pid) {
        return ProcessTimes.read(pid, "stat")
                .flatMap(stat -> ProcessTimes.read(pid, "status")
                        .map(status -> new SignalDisposition(pid + " " + program(stat), fields(status))));
    }

    /**
     * Returns the disposition of a signal. A process that blocks a signal and sleeps waits for it in another way: signalfd(2),
     * sigwait(3).
     */
    Answer to(int signal) {
        if (HANDLED.stream().anyMatch(field -> holds(field, signal))) {
            return Answer.DECIDED;
        }
        if (!holds("SigBlk:", signal)) {
            return Answer.UNDECIDED;
        }
        return status.getOrDefault("State:", "").startsWith("S") ? Answer.DECIDED : Answer.UNKNOWN;
    }

    /** Returns whether the kernel drops the signal because the program ignores it. */
    boolean ignores(int signal) {
        return holds(IGNORED, signal);
    }

    private boolean holds(String field, int signal) {
        return (Long.parseUnsignedLong(status.getOrDefault(field, "0"), 16) & 1L << (signal - 1)) != 0;
    }

    private static String program(String stat) {
        // Field 2, the name, may contain spaces and parentheses: count from the last parenthesis.
        String[] afterName = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return OF_THE_PROGRAM.stream()
                .map(field -> afterName[field - FIRST_AFTER_NAME])
                .collect(Collectors.joining(" "));
    }

    private static Map<String, String> fields(String status) {
        return TextFile.lines(status).stream()
                .map(line -> line.split("\t", 2))
                // A process can choose any name: the second line of a name is not a field.
                .filter(field -> field.length == 2)
                .collect(Collectors.toMap(field -> field[0], field -> field[1], (first, _) -> first));
    }
}
