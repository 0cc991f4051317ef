package dev.bailiwick.agent.kernel.linux.console;

import dev.bailiwick.agent.kernel.JailConsoles;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.linux.console.ConsoleLog.Attachable;
import dev.bailiwick.agent.kernel.linux.syscall.EpollLoop;
import dev.bailiwick.agent.recording.Logs;
import dev.bailiwick.agent.recording.Recording.Begin;
import dev.bailiwick.jail.JailId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Copies the output of jails to their logs, on its own thread: a disk for logs that is slow, or does not respond, delays only the logs.
 *
 * <p>INVARIANT: only the loop's thread uses a {@link ConsoleLog}, from {@link #watch} until it is closed.
 */
public final class Consoles implements AutoCloseable {

    /** Usually it takes a few milliseconds. The thread that waits here also starts other jails. */
    private static final long MAX_WAIT_MILLIS = 500;

    private final EpollLoop loop = new EpollLoop("jail-consoles");
    private final ConsoleLog.Buffer buffer = new ConsoleLog.Buffer();
    private final Logs logs;
    private volatile JailConsoles.Listener listener = (_, _, _) -> JailConsoles.Output.NONE;
    private final Map<JailId, Registration> registrations = new ConcurrentHashMap<>();
    private final Map<JailId, CompletableFuture<Void>> finishing = new ConcurrentHashMap<>();
    /** The closed consoles of jails that have ended and whose rest is not released yet. */
    private final Map<JailId, ConsoleLog> ended = new ConcurrentHashMap<>();

    private record Registration(ConsoleLog console, List<Long> keys) {}

    /** @param logs where the output goes */
    public Consoles(Logs logs) {
        this.logs = logs;
    }

    /** Sets to whom terminals are offered from now on. */
    public void onTerminal(JailConsoles.Listener next) {
        listener = next;
    }

    /** Copies output from the jail's pipe to its log from now on, until {@link #finish}. */
    public void watch(JailId jail, Path pipe, Begin begin) {
        watch(jail, new ConsoleLog(pipe, logs.open(jail, begin), buffer), Optional.empty());
    }

    /**
     * Copies, like {@link #watch(JailId, Path, Begin)}, also what the init of a system writes to {@code /dev/console}.
     *
     * @param terminal this object owns it from now on. It lives as long as its agent: after that, writes fail with EIO, and the init goes on
     *     without it
     */
    public void watchSystem(JailId jail, Path pipe, Begin begin, Terminal terminal) {
        watch(jail, pipe, begin, terminal, Optional.empty());
    }

    /**
     * Copies, like {@link #watch(JailId, Path, Begin)}, also what the jail writes to its terminal, and lets people attach to it.
     *
     * @param terminal this object owns it from now on
     */
    public void watch(JailId jail, Path pipe, Begin begin, Terminal terminal) {
        InitTerminal input = new InitTerminal(terminal);
        watch(
                jail,
                pipe,
                begin,
                terminal,
                Optional.of(new Attachable(input, listener.opened(jail, input, terminal.size()))));
    }

    private void watch(JailId jail, Path pipe, Begin begin, Terminal terminal, Optional<Attachable> attachable) {
        ConsoleLog console = new ConsoleLog(pipe, logs.open(jail, begin), buffer, Optional.of(terminal), attachable);
        watch(jail, console, Optional.of(terminal));
    }

    private void watch(JailId jail, ConsoleLog console, Optional<Terminal> terminal) {
        List<Long> keys = new ArrayList<>();
        keys.add(loop.whenReadable(console.pipe(), console::drain));
        terminal.ifPresent(open -> keys.add(loop.whenReadable(open.master(), console::drainTerminal)));
        registrations.put(jail, new Registration(console, keys));
    }

    /** Deletes what of the log of a jail, which may run, is beyond its limit. Returns at once. */
    public void trim(JailId jail) {
        loop.execute(() -> logs.trim(jail));
    }

    /** Copies the remaining output of a jail that has ended, and closes its console. Returns at once. */
    public void finish(JailId jail) {
        Registration was = registrations.remove(jail);
        if (was == null) {
            return;
        }
        CompletableFuture<Void> finished = new CompletableFuture<>();
        finishing.put(jail, finished);
        ended.put(jail, was.console);
        was.keys.forEach(loop::forget);
        loop.execute(() -> {
            try (ConsoleLog console = was.console) {
                console.drainWhole();
                console.ended();
            } finally {
                finishing.remove(jail, finished);
                finished.complete(null);
            }
        });
    }

    /**
     * Returns once all output from before {@link #finish} is in the jail's log, and nothing writes to that log any more.
     *
     * @throws KernelRefusal if that takes too long for other starts to wait
     */
    public void await(JailId jail) {
        CompletableFuture<Void> finished = finishing.get(jail);
        if (finished == null) {
            return;
        }
        try {
            finished.get(MAX_WAIT_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw KernelRefusal.transientFailure(
                    "DiskBusy", "the jail's previous output is not in its log yet: the disk for logs is busy");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw KernelRefusal.transientFailure("AgentStops", "the agent is stopping");
        } catch (ExecutionException e) {
            throw new IllegalStateException("a console is always closed", e);
        }
    }

    /**
     * Returns the end of what a jail wrote during the run that has just ended. Waits like {@link #await}, but returns nothing if that
     * takes too long.
     *
     * @param bytes the maximum
     */
    public String lastOutput(JailId jail, int bytes) {
        ConsoleLog console = ended.get(jail);
        CompletableFuture<Void> finished = finishing.get(jail);
        if (console == null) {
            return "";
        }
        if (finished != null) {
            try {
                finished.get(MAX_WAIT_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                return "";
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return "";
            } catch (ExecutionException e) {
                throw new IllegalStateException("a console is always closed", e);
            }
        }
        return console.tail(bytes);
    }

    /** Forgets the {@link #lastOutput} of a jail. */
    public void forget(JailId jail) {
        ended.remove(jail);
    }

    /** Stops reading. The pipes and their content stay for the next agent. */
    @Override
    public void close() {
        loop.close();
        registrations.values().forEach(one -> one.console.close());
        registrations.clear();
        buffer.close();
    }
}
