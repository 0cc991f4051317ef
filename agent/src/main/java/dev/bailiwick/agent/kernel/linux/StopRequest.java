package dev.bailiwick.agent.kernel.linux;

import dev.bailiwick.agent.kernel.linux.SignalDisposition.Answer;
import dev.bailiwick.agent.kernel.linux.cgroup.Cgroups;
import dev.bailiwick.agent.kernel.linux.ids.IdRange;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Errno;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The request to one jail that it end. The kernel drops SIGTERM at the first process of a pid namespace where that has not said what to
 * do with it (pid_namespaces(7)), although any other process would end by it: so such a jail is ended as if its init were any process.
 *
 * <p>The init gets one signal for each program that it executes, as soon as that program handles the signal. So the request also
 * reaches a server that takes the place of a start script. While the init does not handle the signal, each other process of the jail gets
 * one, also if it starts later.
 *
 * <p>systemd takes SIGTERM for a wish to execute itself again and halts by SIGRTMIN+3 (systemd(1)). So does the init of a jail with a
 * cgroup of its own to manage that has decided about that signal.
 *
 * <p>For one thread at a time.
 */
final class StopRequest {

    /** An init that blocks the signal for longer than this without being asleep gets it all the same. */
    private static final long MAX_BLOCKED_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** How long a process that started after the first look has to install a handler, before the signal ends it. */
    private static final long TO_BEGIN_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private static final String NONE = "";

    private final Cgroups cgroups;
    private final IdRange jail;
    private final int initPid;
    private final long begunAtNanos = System.nanoTime();
    private boolean isBegun;
    /** The program of the init that was asked last. */
    private String askedInit = NONE;
    /** Programs of the other processes. */
    private final Set<String> askedOthers = new HashSet<>();

    private Map<String, Long> seenAtNanos = new HashMap<>();

    StopRequest(Cgroups cgroups, IdRange jail, int initPid) {
        this.cgroups = cgroups;
        this.jail = jail;
        this.initPid = initPid;
    }

    /** When to look again. */
    enum Next {
        /** Soon: it is not known yet whether the init handles the signal. */
        LOOK_SOON,
        LOOK_LATER
    }

    /** Sends the signal to each process that is due for it now; does nothing if the init has ended. */
    Next look(Descriptor init) {
        Optional<SignalDisposition> found = SignalDisposition.of(initPid);
        if (found.isEmpty()) {
            return Next.LOOK_LATER;
        }
        SignalDisposition now = found.get();
        int signal = cgroups.isDelegated(jail) && now.to(Constants.SIGHALT) != Answer.UNDECIDED
                ? Constants.SIGHALT
                : Constants.SIGTERM;
        Answer answer = now.to(signal);
        if (answer == Answer.UNKNOWN && System.nanoTime() - begunAtNanos < MAX_BLOCKED_NANOS) {
            return Next.LOOK_SOON;
        }
        if (answer != Answer.UNDECIDED) {
            askInit(init, now, signal);
        } else if (isBegun) {
            askNewcomers();
        } else if (!askAllOthers()) {
            cgroups.kill(jail);
        }
        isBegun = true;
        return Next.LOOK_LATER;
    }

    private void askInit(Descriptor init, SignalDisposition now, int signal) {
        if (!now.program().equals(askedInit)) {
            signal(init, signal);
            askedInit = now.program();
        }
    }

    /** Returns whether there was another process. When the others have ended, the init has a reason to end. */
    private boolean askAllOthers() {
        boolean any = false;
        for (int pid : cgroups.processes(jail)) {
            if (pid != initPid) {
                SignalDisposition.of(pid).ifPresent(other -> askedOthers.add(other.program()));
                any |= askOther(pid);
            }
        }
        return any;
    }

    private void askNewcomers() {
        Map<String, Long> seen = new HashMap<>();
        Set<String> living = new HashSet<>();
        long now = System.nanoTime();
        for (int pid : cgroups.processes(jail)) {
            if (pid == initPid) {
                continue;
            }
            SignalDisposition.of(pid).ifPresent(other -> {
                String program = other.program();
                living.add(program);
                if (askedOthers.contains(program)) {
                    return;
                }
                long since = seenAtNanos.getOrDefault(program, now);
                boolean hasBegun = other.to(Constants.SIGTERM) == Answer.DECIDED || now - since >= TO_BEGIN_NANOS;
                if (hasBegun && askOther(pid)) {
                    askedOthers.add(program);
                } else {
                    seen.put(program, since);
                }
            });
        }
        askedOthers.retainAll(living);
        seenAtNanos = seen;
    }

    private boolean askOther(int pid) {
        try (Descriptor process = Linux.openProcessDescriptor(pid)) {
            // The descriptor first, then whose it is: so the number cannot be given to another process in between.
            if (!cgroups.contains(jail, pid)) {
                return false;
            }
            signal(process, Constants.SIGTERM);
            return true;
        } catch (LinuxFailure e) {
            if (e.errno() != Errno.ESRCH) {
                throw e;
            }
            return false;
        }
    }

    private void signal(Descriptor process, int signal) {
        long result = Linux.raw(SystemCall.PIDFD_SEND_SIGNAL, process.number(), signal, 0, 0);
        if (result != -Errno.ESRCH) {
            Linux.checked("pidfd_send_signal", "signal " + signal + " to the jail of range " + jail.number(), result);
        }
    }
}
