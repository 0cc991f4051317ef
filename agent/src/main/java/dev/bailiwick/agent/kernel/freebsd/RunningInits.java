package dev.bailiwick.agent.kernel.freebsd;

import dev.bailiwick.agent.kernel.JailEnd;
import dev.bailiwick.agent.kernel.JailEnd.Ending;
import dev.bailiwick.jail.JailId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The running inits, with their consoles, and the listener for their ends. */
final class RunningInits implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(RunningInits.class);
    private static final int MAX_STATUS = 128;

    private final Consumer<JailId> removal;
    private final Map<JailId, RunningInit> inits = new ConcurrentHashMap<>();
    private volatile Consumer<JailEnd> listener = _ -> {};

    private record RunningInit(ProcessHandle init, ConsoleLog console) {}

    /** @param removal ends the processes that still run in a jail whose init has ended, so that the jail ends too */
    RunningInits(Consumer<JailId> removal) {
        this.removal = removal;
    }

    void onEnd(Consumer<JailEnd> toTell) {
        this.listener = toTell;
    }

    boolean has(JailId jail) {
        return inits.containsKey(jail);
    }

    /** Watches an init that this agent has started. */
    void attend(JailId jail, Process init, ConsoleLog console) {
        inits.put(jail, new RunningInit(init.toHandle(), console));
        var _ = init.onExit().thenAccept(process -> ended(jail, Optional.of(ending(process.exitValue()))));
    }

    /** Watches an init that an earlier agent has started: only the parent learns how a process ended. */
    void adopt(JailId jail, ProcessHandle init, ConsoleLog console) {
        inits.put(jail, new RunningInit(init, console));
        var _ = init.onExit().thenRun(() -> ended(jail, Optional.empty()));
    }

    /** Sends SIGTERM to the init, never to a later process with the same id. */
    void terminate(JailId jail) {
        RunningInit running = inits.get(jail);
        if (running != null) {
            running.init.destroy();
        }
    }

    void forget(JailId jail) {
        RunningInit was = inits.remove(jail);
        if (was != null) {
            was.console.close();
        }
    }

    /** Handles the end of an init; does nothing if the jail was forgotten before. */
    private void ended(JailId jail, Optional<Ending> ending) {
        RunningInit was = inits.remove(jail);
        if (was == null) {
            return;
        }
        try {
            removal.accept(jail);
            was.console.drain();
        } catch (FreeBsdFailure e) {
            // The listener releases the jail. That repeats the removal, and its failure is then reported.
            log.atWarn()
                    .addKeyValue("jail", jail)
                    .log("the jail's remaining processes could not be ended: {}", e.detail());
        }
        was.console.close();
        listener.accept(new JailEnd(jail, ending));
    }

    /**
     * Returns the ending for an exit status. Java reports a signal as a shell does, as 128 plus its number, so an init that exits with
     * such a status counts as killed.
     */
    private static Ending ending(int status) {
        return status > MAX_STATUS ? new Ending.Killed(status - MAX_STATUS) : new Ending.Exited(status);
    }

    /** Forgets all inits; they keep running. */
    @Override
    public void close() {
        List.copyOf(inits.keySet()).forEach(this::forget);
    }
}
