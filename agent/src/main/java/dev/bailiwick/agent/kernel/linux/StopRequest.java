package dev.bailiwick.agent.kernel.linux;

import dev.bailiwick.agent.kernel.linux.SignalDisposition.Answer;
import dev.bailiwick.agent.kernel.linux.cgroup.Cgroups;
import dev.bailiwick.agent.kernel.linux.ids.IdRange;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Errno;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import dev.bailiwick.agent.kernel.linux.syscall.ProcessTimes;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import dev.bailiwick.jail.process.StopSignal;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A request to a jail to end, by a signal. The kernel drops a signal to the first process of a pid namespace if that process has not set
 * a disposition for it (pid_namespaces(7)), although it would end any other process. The jail of such an init is ended like an ordinary
 * process.
 *
 * <p>The init gets one signal for each program that it executes, as soon as that program handles the signal. So the request also reaches
 * a server that replaces a start script. While the init does not handle the signal, every other process of the jail gets one, even if it
 * starts later. An init that ignored the signal gets it again if it handles the signal later.
 *
 * <p>For systemd, SIGTERM means to execute itself again, and SIGRTMIN+3 means to halt (systemd(1)). So in place of SIGTERM this class
 * sends SIGRTMIN+3 to systemd that has its own cgroup to manage and has set a disposition for that signal. Others set one for every
 * signal, and mean nothing by it: tini passes each on to its command, and a Go program has a handler for each.
 *
 * <p>Confined to one thread at a time.
 */
final class StopRequest {

    /** An init that blocks the signal for longer than this, without being asleep, gets it nevertheless. */
    private static final long MAX_BLOCKED_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** The time for a process that started after the first look to install a handler, before it gets the signal. */
    private static final long TO_BEGIN_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private static final String NONE = "";

    /** The name of its file, whatever it was executed as. */
    private static final String SYSTEMD = "systemd";

    private final Cgroups cgroups;
    private final IdRange jail;
    private final int initPid;
    private final StopSignal wanted;
    private final int signal;
    private final long begunAtNanos = System.nanoTime();
    private boolean isBegun;
    /** The program of the init that got the last signal. */
    private String askedInit = NONE;
    /** Whether that program ignored the signal, so that the kernel dropped it. */
    private boolean wasIgnored;

    private volatile boolean isHalt;
    /** The programs of the other processes that got a signal. */
    private final Set<String> askedOthers = new HashSet<>();

    private Map<String, Long> seenAtNanos = new HashMap<>();

    StopRequest(Cgroups cgroups, IdRange jail, int initPid, StopSignal signal) {
        this.cgroups = cgroups;
        this.jail = jail;
        this.initPid = initPid;
        this.wanted = signal;
        this.signal = number(signal);
    }

    private static int number(StopSignal signal) {
        return switch (signal) {
            case HUP -> Constants.SIGHUP;
            case INT -> Constants.SIGINT;
            case QUIT -> Constants.SIGQUIT;
            case USR1 -> Constants.SIGUSR1;
            case USR2 -> Constants.SIGUSR2;
            case TERM -> Constants.SIGTERM;
            case WINCH -> Constants.SIGWINCH;
            case PWR -> Constants.SIGPWR;
            case HALT -> Constants.SIGHALT;
        };
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
        isHalt = wanted == StopSignal.HALT || isSystemd(now);
        int sent = isHalt ? Constants.SIGHALT : signal;
        Answer answer = now.to(sent);
        if (answer == Answer.UNKNOWN && System.nanoTime() - begunAtNanos < MAX_BLOCKED_NANOS) {
            return Next.LOOK_SOON;
        }
        if (answer != Answer.UNDECIDED) {
            askInit(init, now, sent);
        } else if (isBegun) {
            askNewcomers();
        } else if (!askAllOthers()) {
            cgroups.kill(jail);
        }
        isBegun = true;
        return Next.LOOK_LATER;
    }

    private boolean isSystemd(SignalDisposition init) {
        return signal == Constants.SIGTERM
                && cgroups.isDelegated(jail)
                && init.to(Constants.SIGHALT) != Answer.UNDECIDED
                && ProcessTimes.programName(initPid).filter(SYSTEMD::equals).isPresent();
    }

    /** Returns the signal that the init gets. */
    StopSignal sent() {
        return isHalt ? StopSignal.HALT : wanted;
    }

    private void askInit(Descriptor init, SignalDisposition now, int sent) {
        boolean isIgnored = now.ignores(sent);
        if (!now.program().equals(askedInit) || wasIgnored && !isIgnored) {
            send(init, sent);
            askedInit = now.program();
            wasIgnored = isIgnored;
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
                boolean hasBegun = other.to(signal) == Answer.DECIDED || now - since >= TO_BEGIN_NANOS;
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
            // First open the descriptor, then check the process: so its id cannot be reused in between.
            if (!cgroups.contains(jail, pid)) {
                return false;
            }
            send(process, signal);
            return true;
        } catch (LinuxFailure e) {
            if (e.errno() != Errno.ESRCH) {
                throw e;
            }
            return false;
        }
    }

    private void send(Descriptor process, int sent) {
        long result = Linux.raw(SystemCall.PIDFD_SEND_SIGNAL, process.number(), sent, 0, 0);
        if (result != -Errno.ESRCH) {
            Linux.check("pidfd_send_signal", "signal " + sent + " to the jail of range " + jail.number(), result);
        }
    }
}
