package dev.bailiwick.server.jail.command;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.jail.command.JailSessions.Reached;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Records what one viewer of a session does. Thread-safe. */
final class ViewerRecords {

    private static final Duration BETWEEN = Duration.ofMinutes(1);

    private final JailSessions sessions;
    private final Caller caller;
    private final Reached session;
    /** When it was last recorded that the viewer writes. */
    private final AtomicLong wroteAt = new AtomicLong(System.nanoTime() - BETWEEN.toNanos());

    ViewerRecords(JailSessions sessions, Caller caller, Reached session) {
        this.sessions = sessions;
        this.caller = caller;
        this.session = session;
    }

    /** The host has let the viewer in. */
    void attached() {
        record(new CommandEvent.Attached(session.session().value()));
    }

    /** The viewer asks to write; recorded once a minute at most. */
    void writes() {
        long last = wroteAt.get();
        long now = System.nanoTime();
        if (now - last >= BETWEEN.toNanos() && wroteAt.compareAndSet(last, now)) {
            record(new CommandEvent.WriterChanged(session.session().value()));
        }
    }

    private void record(CommandEvent event) {
        caller.rows().run(() -> sessions.record(caller, session, event));
    }
}
