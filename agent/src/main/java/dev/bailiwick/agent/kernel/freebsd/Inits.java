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

/** The inits that run, with their consoles, and whom to tell when one of them ends. */
final class Inits implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Inits.class);
    private static final int MAX_STATUS = 128;

    private final Consumer<JailId> removal;
    private final Map<JailId, Attended> attended = new ConcurrentHashMap<>();
    private volatile Consumer<JailEnd> listener = _ -> {};

    private record Attended(ProcessHandle init, ConsoleLog console) {}

    /** @param removal ends what still runs in a jail whose init has ended, so that the jail ends with it */
    Inits(Consumer<JailId> removal) {
        this.removal = removal;
    }

    void onEnd(Consumer<JailEnd> toTell) {
        this.listener = toTell;
    }

    boolean has(JailId jail) {
        return attended.containsKey(jail);
    }

    /** An init that this agent has started. */
    void attend(JailId jail, Process init, ConsoleLog console) {
        attended.put(jail, new Attended(init.toHandle(), console));
        var _ = init.onExit().thenAccept(process -> ended(jail, Optional.of(ending(process.exitValue()))));
    }

    /** An init that an earlier agent has started: only a parent learns how a process ended. */
    void adopt(JailId jail, ProcessHandle init, ConsoleLog console) {
        attended.put(jail, new Attended(init, console));
        var _ = init.onExit().thenRun(() -> ended(jail, Optional.empty()));
    }

    /** SIGTERM, to that process and no later one of its id. */
    void terminate(JailId jail) {
        Attended running = attended.get(jail);
        if (running != null) {
            running.init.destroy();
        }
    }

    void forget(JailId jail) {
        Attended was = attended.remove(jail);
        if (was != null) {
            was.console.close();
        }
    }

    /** Does nothing where the jail has been let go of before. */
    private void ended(JailId jail, Optional<Ending> ending) {
        Attended was = attended.remove(jail);
        if (was == null) {
            return;
        }
        try {
            removal.accept(jail);
            was.console.drain();
        } catch (FreeBsdFailure e) {
            // Whoever learns of the end releases the jail, which tries it again and then fails where it is seen.
            log.atWarn().addKeyValue("jail", jail).log("what still runs in it could not be ended: {}", e.detail());
        }
        was.console.close();
        listener.accept(new JailEnd(jail, ending));
    }

    /**
     * Java tells of a signal as a shell does, by a status of 128 and its number; so an init that exits with such a status is
     * taken for killed.
     */
    private static Ending ending(int status) {
        return status > MAX_STATUS ? new Ending.Killed(status - MAX_STATUS) : new Ending.Exited(status);
    }

    /** Lets go of all of them; they run on. */
    @Override
    public void close() {
        List.copyOf(attended.keySet()).forEach(this::forget);
    }
}
