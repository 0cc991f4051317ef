package dev.bailiwick.server.jail.forward;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.audit.LatelyRecorded;
import dev.bailiwick.server.bounds.Bound;
import dev.bailiwick.server.jail.forward.JailForwards.Prepared;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.springframework.stereotype.Component;

/** Records connections to ports, each port once a minute at most for each user: many clients connect for each request. */
@Component
class ForwardRecords {

    static final Duration BETWEEN = Duration.ofMinutes(1);

    private final JailForwards forwards;
    private final Clock clock;
    private final LatelyRecorded<Forwarded> recorded = new LatelyRecorded<>(BETWEEN, Bound.FORWARD_RECORDS.value());

    ForwardRecords(JailForwards forwards, Clock clock) {
        this.forwards = forwards;
        this.clock = clock;
    }

    private record Forwarded(String actor, JailId jail, String target, int port) {}

    /**
     * Records that a port has accepted. Must not be called in a transaction.
     *
     * @throws dev.bailiwick.server.account.RightMissing if the caller does not work in the jail any more
     */
    void record(Caller caller, Prepared prepared) {
        Forwarded one = new Forwarded(
                caller.actor(),
                prepared.request().jail(),
                prepared.target(),
                prepared.request().port());
        Instant now = clock.instant();
        if (recorded.isDue(one, now)) {
            caller.rows().run(() -> forwards.record(caller, prepared));
            recorded.keep(one, now);
        }
    }
}
