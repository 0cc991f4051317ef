package dev.bailiwick.agent.kernel.linux.host;

import com.sun.jna.Pointer;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.NativeMemory;
import dev.bailiwick.agent.kernel.linux.syscall.Sysctl;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;

/**
 * The maximum number of processes and threads of a jail whose definition names none. On a host with enough of them, a thousand jails can
 * use their maximum and still leave some for the host.
 *
 * <p>If cgroup v2 has the pids controller, it enforces each jail's maximum. Otherwise RLIMIT_NPROC does: the limit of the process that
 * creates a user namespace applies to all users in it together (kernel/ucount.c since Linux 5.18). The limit does not affect the agent
 * itself, which is root: setrlimit(2).
 */
public final class ProcessLimit {

    private static final int JAILS = 1_000;

    /** Ordinary daemons fail below this. */
    private static final long MINIMUM = 1_024;

    private static final long MAXIMUM = 4_096;

    /** The limit where the controller enforces a smaller one for each jail; systemd gives the same to each unit. */
    private static final int CEILING_PERCENT = 15;

    private ProcessLimit() {}

    /** Returns how many processes and threads this host can have in total. */
    static long ofHost() {
        return Math.min(
                Long.parseLong(Sysctl.read("kernel/pid_max")), Long.parseLong(Sysctl.read("kernel/threads-max")));
    }

    public static long ofOneJail() {
        return Math.clamp(ofHost() / JAILS, MINIMUM, MAXIMUM);
    }

    /** Returns why a thousand jails may use up the host's processes; empty if they cannot. */
    public static String shortage() {
        long host = ofHost();
        long jail = ofOneJail();
        return host > JAILS * jail
                ? ""
                : "kernel.pid_max or kernel.threads-max is " + host + ": " + (host / jail + 1) + " jails of " + jail
                        + " processes use up the host's processes; set both to 4194304";
    }

    /** Sets the limit of this process, and so of every user namespace that it creates for another user. */
    public static void adopt(boolean controlled) {
        try (NativeMemory memory = new NativeMemory()) {
            Pointer limits = own(memory);
            long hard = limits.getLong(8);
            long wanted = controlled ? Math.max(MINIMUM, ofHost() * CEILING_PERCENT / 100) : ofOneJail();
            limits.setLong(0, hard < 0 ? wanted : Math.min(wanted, hard));
            Linux.call(
                    SystemCall.PRLIMIT64, "RLIMIT_NPROC", 0, Constants.RLIMIT_NPROC, NativeMemory.address(limits), 0);
        }
    }

    /** Returns the limit that {@link #adopt} has set. */
    public static long adopted() {
        try (NativeMemory memory = new NativeMemory()) {
            long soft = own(memory).getLong(0);
            return soft < 0 ? Long.MAX_VALUE : soft;
        }
    }

    private static Pointer own(NativeMemory memory) {
        Pointer limits = memory.bytes(16);
        Linux.call(SystemCall.PRLIMIT64, "own limits", 0, Constants.RLIMIT_NPROC, 0, NativeMemory.address(limits));
        return limits;
    }
}
