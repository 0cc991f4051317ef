package dev.bailiwick.server.jail.command;

import dev.bailiwick.jail.stream.SessionFrame;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.springframework.web.socket.CloseStatus;

/** When the viewer of a session was last heard of, and when anybody last did something there. Thread-safe. */
final class ViewerActivity {

    static final Duration MAX_SILENCE = Duration.ofSeconds(35);
    static final Duration MAX_IDLE = Duration.ofHours(12);
    static final Duration FOR_THE_TICKET = Duration.ofSeconds(10);

    private final LongSupplier nanos;
    private volatile long heardAt;
    private volatile long usedAt;
    /** Whether the host takes its time: meanwhile nothing is read from the viewer, neither its pongs. */
    private volatile boolean isWaiting;

    /** @param nanos the time, as {@link System#nanoTime} */
    ViewerActivity(LongSupplier nanos) {
        this.nanos = nanos;
        this.heardAt = nanos.getAsLong();
        this.usedAt = heardAt;
    }

    /** The viewer has sent something. */
    void heard() {
        heardAt = nanos.getAsLong();
    }

    /** The viewer has sent a frame. A page sends many by itself, also if nobody is there. */
    void heard(SessionFrame frame) {
        heard();
        boolean isOfSomebody = switch (frame) {
            case SessionFrame.In _, SessionFrame.Eof _, SessionFrame.Signal _, SessionFrame.Writer _ -> true;
            case SessionFrame.Ticket _,
                    SessionFrame.Size _,
                    SessionFrame.Ack _,
                    SessionFrame.Keyboard _,
                    SessionFrame.Taken _,
                    SessionFrame.Out _,
                    SessionFrame.Gap _,
                    SessionFrame.State _ -> false;
        };
        if (isOfSomebody) {
            usedAt = heardAt;
        }
    }

    /** Nothing is read from the viewer until {@link #goesOn}. */
    void waits() {
        isWaiting = true;
    }

    void goesOn() {
        heard();
        isWaiting = false;
    }

    /**
     * Returns why the socket is to be closed now; empty if it is not.
     *
     * @param isAttached whether the viewer has shown its ticket
     */
    Optional<CloseStatus> end(boolean isAttached) {
        long now = nanos.getAsLong();
        Duration idle = Duration.ofNanos(now - usedAt);
        if (idle.compareTo(isAttached ? MAX_IDLE : FOR_THE_TICKET) > 0) {
            return Optional.of(Closing.IDLE);
        }
        boolean isSilent = !isWaiting && now - heardAt > MAX_SILENCE.toNanos();
        return isSilent ? Optional.of(CloseStatus.SESSION_NOT_RELIABLE) : Optional.empty();
    }
}
