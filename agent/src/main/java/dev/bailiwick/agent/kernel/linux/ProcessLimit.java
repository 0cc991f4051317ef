package dev.bailiwick.agent.kernel.linux;

import com.sun.jna.Pointer;

/**
 * How many processes and threads a jail may have where nothing else says: a share of what the host can hold, so that no jail
 * takes the last process id. Held by RLIMIT_NPROC and not by a cgroup, whose pids controller not every host has.
 *
 * <p>The limit of the process that creates a user namespace holds for all users in it together (kernel/ucount.c since Linux
 * 5.18); to the agent, root, the limit itself means nothing: setrlimit(2).
 */
final class ProcessLimit {

    /** As systemd gives to each unit (DefaultTasksMax). */
    private static final int PERCENT = 15;

    private ProcessLimit() {}

    /** At least 1. */
    static long ofOneJail() {
        long host = Math.min(
                Long.parseLong(Sysctl.read("kernel/pid_max")), Long.parseLong(Sysctl.read("kernel/threads-max")));
        return Math.max(1, host * PERCENT / 100);
    }

    /** Makes it the limit of this process, and so of every user namespace it creates for another user. */
    static void adopt() {
        try (Arena arena = new Arena()) {
            Pointer limits = arena.bytes(16);
            Linux.call(SystemCall.PRLIMIT64, "own limits", 0, Constants.RLIMIT_NPROC, 0, Arena.address(limits));
            long hard = limits.getLong(8);
            limits.setLong(0, hard < 0 ? ofOneJail() : Math.min(ofOneJail(), hard));
            Linux.call(SystemCall.PRLIMIT64, "RLIMIT_NPROC", 0, Constants.RLIMIT_NPROC, Arena.address(limits), 0);
        }
    }
}
