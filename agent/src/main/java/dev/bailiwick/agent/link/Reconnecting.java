package dev.bailiwick.agent.link;

import io.grpc.Status;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Decides how long the agent waits before it connects to its server again. On the link's thread. */
final class Reconnecting {

    private static final Logger log = LoggerFactory.getLogger(Reconnecting.class);

    /** All hosts must follow the server again within five seconds of its return. */
    private static final Duration MAX_DELAY = Duration.ofSeconds(2);

    /** If a stream ends sooner after the server's greeting, the next one may end for the same reason. */
    private static final Duration STEADY = Duration.ofSeconds(10);

    /** Each new stream costs the server a report of every jail. */
    private static final Duration MAX_DELAY_OF_UNSTEADY = Duration.ofSeconds(30);

    private final RetryDelay unreached;
    private final RetryDelay unsteady;
    private boolean away;

    Reconnecting(RandomGenerator random) {
        this.unreached = new RetryDelay(random, MAX_DELAY);
        this.unsteady = new RetryDelay(random, MAX_DELAY_OF_UNSTEADY);
    }

    /** The server has answered the greeting. */
    void welcomed() {
        unreached.reset();
        away = false;
    }

    /** How long to wait after this stream has ended with this status. Logs that it has ended. */
    Duration waitAfter(LinkStream ended, Status status) {
        if (ended.wasSteadyFor(STEADY)) {
            unsteady.reset();
        }
        Duration wait = ended.wasWelcomed() ? unsteady.next() : unreached.next();
        log.atLevel(away ? Level.DEBUG : Level.INFO)
                .addKeyValue("status", status.getCode())
                .addKeyValue("reason", String.valueOf(status.getDescription()))
                .addKeyValue("againInMillis", wait.toMillis())
                .log("disconnected from the server, retrying");
        away = true;
        return wait;
    }
}
