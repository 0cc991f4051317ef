package dev.bailiwick.agent.kernel.linux;

import dev.bailiwick.agent.kernel.linux.cgroup.Cgroups;
import dev.bailiwick.agent.kernel.linux.ids.IdRange;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Errno;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import dev.bailiwick.agent.kernel.linux.syscall.ProcessTimes;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * Asks a jail to end. The kernel drops SIGTERM at the first process of a pid namespace where that has not said what to do with
 * it (pid_namespaces(7)), although any other process would end by it: so such a jail is ended as if its init were any process.
 *
 * <p>systemd takes SIGTERM for a wish to execute itself again and halts by SIGRTMIN+3 (systemd(1)). So does the init of a jail
 * with a cgroup of its own to manage that has decided about that signal.
 */
final class StopRequest {

    /** Caught or turned away on purpose: proc_pid_status(5). */
    private static final Set<String> HANDLED = Set.of("SigCgt:", "SigIgn:");

    /** How often and how long apart, in milliseconds, to look again at an init that has signals blocked while it works. */
    private static final int LOOKS = 200;

    private static final long BETWEEN_LOOKS_MS = 5;

    private final Cgroups cgroups;

    StopRequest(Cgroups cgroups) {
        this.cgroups = cgroups;
    }

    /** Does nothing where the init has ended. */
    void send(IdRange jail, Descriptor init, int initPid) {
        if (cgroups.isDelegated(jail) && hasDecided(initPid, Constants.SIGHALT)) {
            signal(init, jail, Constants.SIGHALT);
        } else if (hasDecided(initPid, Constants.SIGTERM)) {
            signal(init, jail, Constants.SIGTERM);
        } else if (!signalOthers(jail, initPid)) {
            cgroups.kill(jail);
        } else if (hasDecided(initPid, Constants.SIGTERM)) {
            // It had only just begun: it started the others, and then said what to do.
            signal(init, jail, Constants.SIGTERM);
        }
    }

    /** Whether somebody was there to be asked; once they have ended their init has a reason to. */
    private boolean signalOthers(IdRange jail, int initPid) {
        boolean any = false;
        for (int pid : cgroups.processes(jail)) {
            if (pid == initPid) {
                continue;
            }
            try (Descriptor process = Linux.openProcessDescriptor(pid)) {
                // The descriptor first, then whose it is: so the number cannot be given to another process in between.
                if (cgroups.contains(jail, pid)) {
                    signal(process, jail, Constants.SIGTERM);
                    any = true;
                }
            } catch (LinuxFailure e) {
                if (e.errno() != Errno.ESRCH) {
                    throw e;
                }
            }
        }
        return any;
    }

    private static void signal(Descriptor process, IdRange jail, int signal) {
        long result = Linux.raw(SystemCall.PIDFD_SEND_SIGNAL, process.number(), signal, 0, 0);
        if (result != -Errno.ESRCH) {
            Linux.checked("pidfd_send_signal", "signal " + signal + " to the jail of range " + jail.number(), result);
        }
    }

    /**
     * A blocked signal is waited for in another way (signalfd(2), sigwait(3)) where the process sleeps meanwhile. While it
     * runs, or waits for the child of a vfork(2), it may be a shell that blocks everything until that child has begun: once it
     * unblocks, the kernel would drop what came.
     */
    private static boolean hasDecided(int pid, int signal) {
        for (int look = 1; ; look++) {
            Optional<Map<String, String>> status = status(pid);
            if (status.isEmpty()) {
                return true; // it has ended: nothing is left to decide
            }
            if (HANDLED.stream().anyMatch(field -> holds(status.get(), field, signal))) {
                return true;
            }
            if (!holds(status.get(), "SigBlk:", signal)) {
                return false;
            }
            if (status.get().getOrDefault("State:", "").startsWith("S") || look == LOOKS) {
                return true;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(BETWEEN_LOOKS_MS));
        }
    }

    private static boolean holds(Map<String, String> status, String field, int signal) {
        return (Long.parseUnsignedLong(status.getOrDefault(field, "0"), 16) & 1L << (signal - 1)) != 0;
    }

    private static Optional<Map<String, String>> status(int pid) {
        return ProcessTimes.read(pid, "status")
                .map(text -> text.lines()
                        .map(line -> line.split("\t", 2))
                        // A process may call itself anything: a second line of a name is no field.
                        .filter(field -> field.length == 2)
                        .collect(Collectors.toMap(field -> field[0], field -> field[1], (first, _) -> first)));
    }
}
