package dev.bailiwick.agent.kernel.linux;

import dev.bailiwick.jail.JailId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Set;

/**
 * Asks a jail to end. The kernel drops SIGTERM at the first process of a pid namespace where that has not said what to do with
 * it (pid_namespaces(7)), although any other process would end by it: so such a jail is ended as if its init were any process.
 */
final class StopRequest {

    private static final long SIGTERM_BIT = 1L << (Constants.SIGTERM - 1);
    /** Caught, waited for in another way, or turned away on purpose: proc_pid_status(5). */
    private static final Set<String> DECIDED = Set.of("SigCgt:", "SigBlk:", "SigIgn:");

    private final Cgroups cgroups;

    StopRequest(Cgroups cgroups) {
        this.cgroups = cgroups;
    }

    /** Does nothing where the init has ended. */
    void send(JailId jail, Descriptor init, int initPid) {
        if (hasDecided(initPid)) {
            signal(init, jail);
        } else if (!signalOthers(jail, initPid)) {
            cgroups.kill(jail);
        }
    }

    /** Whether somebody was there to be asked; once they have ended their init has a reason to. */
    private boolean signalOthers(JailId jail, int initPid) {
        boolean any = false;
        for (int pid : cgroups.processes(jail)) {
            if (pid == initPid) {
                continue;
            }
            try (Descriptor process = Linux.openProcessDescriptor(pid)) {
                // The descriptor first, then whose it is: so the number can not be given to another process in between.
                if (cgroups.contains(jail, pid)) {
                    signal(process, jail);
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

    private static void signal(Descriptor process, JailId jail) {
        long result = Linux.raw(SystemCall.PIDFD_SEND_SIGNAL, process.number(), Constants.SIGTERM, 0, 0);
        if (result != -Errno.ESRCH) {
            Linux.checked("pidfd_send_signal", "SIGTERM to jail " + jail, result);
        }
    }

    private static boolean hasDecided(int pid) {
        try {
            return Files.readAllLines(Path.of("/proc", Integer.toString(pid), "status")).stream()
                    .map(line -> line.split("\t", -1))
                    .anyMatch(field ->
                            DECIDED.contains(field[0]) && (Long.parseUnsignedLong(field[1], 16) & SIGTERM_BIT) != 0);
        } catch (NoSuchFileException e) {
            return true; // it has ended: nothing is left to decide
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
