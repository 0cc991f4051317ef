package dev.bailiwick.agent.kernel.linux.host;

import com.sun.jna.Pointer;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.NativeMemory;
import dev.bailiwick.agent.kernel.linux.syscall.Sysctl;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;

/**
 * How many processes and threads a jail may have where its definition names no number: a thousand jails that take all of theirs leave
 * the host its own, where the host has enough to share.
 *
 * <p>Where cgroup v2 has the pids controller, that holds each jail to its number. Elsewhere RLIMIT_NPROC does: the limit of the
 * process that creates a user namespace holds for all users in it together (kernel/ucount.c since Linux 5.18); to the agent, root, the
 * limit itself means nothing: setrlimit(2).
 */
public final class ProcessLimit {

    private static final int JAILS = 1_000;

    /** Below that ordinary daemons fail. */
    private static final long MINIMUM = 1_024;

    private static final long MAXIMUM = 4_096;

    /** Where the controller holds each jail to less, or to what its definition names: as systemd gives to each unit. */
    private static final int CEILING_PERCENT = 15;

    private ProcessLimit() {}

    /** What this host can have of processes and threads together. */
    static long ofHost() {
        return Math.min(
                Long.parseLong(Sysctl.read("kernel/pid_max")), Long.parseLong(Sysctl.read("kernel/threads-max")));
    }

    public static long ofOneJail() {
        return Math.clamp(ofHost() / JAILS, MINIMUM, MAXIMUM);
    }

    /** Why a thousand jails may use up the host's; empty where they cannot. */
    public static String shortage() {
        long host = ofHost();
        long jail = ofOneJail();
        return host > JAILS * jail
                ? ""
                : "kernel.pid_max or kernel.threads-max is " + host + ": " + (host / jail + 1) + " jails of " + jail
                        + " processes use it up; set both to 4194304";
    }

    /** Makes it the limit of this process, and so of every user namespace it creates for another user. */
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

    /** What was {@linkplain #adopt adopted}. */
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
