package dev.bailiwick.server.jail.socket;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.springframework.web.socket.CloseStatus;

/** When the client of a socket was last heard of, and when anybody last did something there. Thread-safe. */
public final class SocketActivity {

    static final Duration MAX_IDLE = Duration.ofHours(12);
    static final Duration FOR_THE_TICKET = Duration.ofSeconds(10);

    private final LongSupplier nanos;
    private final Duration maxSilence;
    private volatile long heardAt;
    private volatile long usedAt;
    /** How many wait, for the host or the client, which take their time: meanwhile the client may not answer. */
    private final AtomicInteger waiting = new AtomicInteger();

    /**
     * @param nanos the time, as {@link System#nanoTime}
     * @param maxSilence how long a client answers no ping
     */
    public SocketActivity(LongSupplier nanos, Duration maxSilence) {
        this.nanos = nanos;
        this.maxSilence = maxSilence;
        this.heardAt = nanos.getAsLong();
        this.usedAt = heardAt;
    }

    /** The client has sent something. */
    public void heard() {
        heardAt = nanos.getAsLong();
    }

    /** The client has sent something that a client does not send by itself, also if nobody is there. */
    public void used() {
        heard();
        usedAt = heardAt;
    }

    /** The client is not expected to answer until {@link #goesOn}. */
    public void waits() {
        waiting.incrementAndGet();
    }

    public void goesOn() {
        heard();
        waiting.decrementAndGet();
    }

    /**
     * Returns why the socket is to be closed now; empty if it is not.
     *
     * @param hasTicket whether the client has shown its ticket
     */
    Optional<CloseStatus> end(boolean hasTicket) {
        long now = nanos.getAsLong();
        Duration idle = Duration.ofNanos(now - usedAt);
        if (idle.compareTo(hasTicket ? MAX_IDLE : FOR_THE_TICKET) > 0) {
            return Optional.of(Closing.IDLE);
        }
        boolean isSilent = waiting.get() == 0 && now - heardAt > maxSilence.toNanos();
        return isSilent ? Optional.of(CloseStatus.SESSION_NOT_RELIABLE) : Optional.empty();
    }
}
