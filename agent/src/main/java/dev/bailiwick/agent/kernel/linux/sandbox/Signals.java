package dev.bailiwick.agent.kernel.linux.sandbox;

import com.sun.jna.Pointer;
import dev.bailiwick.agent.disk.TextFile;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Operand;
import dev.bailiwick.agent.kernel.linux.syscall.ProcessTimes;
import dev.bailiwick.agent.kernel.linux.syscall.SpawnProgram;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import java.util.List;
import java.util.stream.IntStream;

/** The calls with which a child sets which signals it blocks and ignores. */
final class Signals {

    private static final String IGNORED = "SigIgn:\t";

    /**
     * The numbers of the signals that the agent ignores because whoever started it did: nohup(1) ignores SIGHUP, and a shell SIGINT and
     * SIGQUIT for what it runs in the background. Clone(2) and execve(2) hand that on, also with CLONE_CLEAR_SIGHAND.
     */
    private static final List<Integer> IGNORED_BY_AGENT =
            ignored(ProcessTimes.read((int) ProcessHandle.current().pid(), "status")
                    .orElseThrow(() -> new IllegalStateException("/proc has no status of the agent")));

    private static final long NONE = 0;
    private static final long ALL = -1;

    private final SpawnProgram program;

    Signals(SpawnProgram program) {
        this.program = program;
    }

    /** Blocks and ignores none. */
    void reset() {
        block("none blocked", NONE);
        for (int signal : IGNORED_BY_AGENT) {
            program.run(
                    "signal " + signal + " not ignored",
                    SystemCall.RT_SIGACTION,
                    Operand.of(signal),
                    Operand.of(program.memory().bytes(Constants.SIGNAL_ACTION_BYTES)),
                    Operand.ZERO,
                    Operand.of(Constants.SIGNAL_SET_BYTES));
        }
    }

    /**
     * Blocks all until the agent's init has executed: the kernel would drop a signal that came before the init waits for signals. The
     * init gives its command an empty mask.
     */
    void blockAll() {
        block("all blocked", ALL);
    }

    private void block(String what, long mask) {
        Pointer set = program.memory().bytes(Constants.SIGNAL_SET_BYTES);
        set.setLong(0, mask);
        program.run(
                what,
                SystemCall.RT_SIGPROCMASK,
                Operand.of(Constants.SIG_SETMASK),
                Operand.of(set),
                Operand.ZERO,
                Operand.of(Constants.SIGNAL_SET_BYTES));
    }

    /** Reads the signals from the text of proc_pid_status(5). */
    private static List<Integer> ignored(String status) {
        long set = TextFile.lines(status).stream()
                .filter(line -> line.startsWith(IGNORED))
                .mapToLong(line -> Long.parseUnsignedLong(line.substring(IGNORED.length()), 16))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("/proc/self/status has no " + IGNORED.strip()));
        return IntStream.rangeClosed(1, Long.SIZE)
                .filter(signal -> (set >>> (signal - 1) & 1) != 0)
                .boxed()
                .toList();
    }
}
