package dev.bailiwick.server.jail;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
import dev.bailiwick.server.bounds.Bound;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Records, for the customer to see, that somebody of the staff reads the log or the files of a jail. */
@Component
public class StaffReads {

    static final Duration BETWEEN = Duration.ofHours(1);

    private final Audit audit;
    private final Clock clock;
    /** When each was last recorded, at this replica; the one that was recorded first comes first. */
    private final Map<Reading, Instant> recorded = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Reading, Instant> eldest) {
            return size() > Bound.STAFF_READS.value();
        }
    };

    StaffReads(Audit audit, Clock clock) {
        this.audit = audit;
        this.clock = clock;
    }

    private record Reading(String actor, JailId jail, ReadingEvent what) {}

    /** Records that the caller reads, unless they are the customer's own or it was recorded within an hour. */
    @Transactional
    public void record(Caller caller, CustomerId customer, JailId jail, ReadingEvent what) {
        boolean isStaff = caller.role().isStaff() || caller.acting().isPresent();
        if (isStaff && isNew(new Reading(caller.actor(), jail, what))) {
            audit.record(caller.actor(), Subject.of("jail", jail).visibleTo(customer.value()), what);
        }
    }

    private boolean isNew(Reading reading) {
        Instant now = clock.instant();
        synchronized (recorded) {
            Instant last = recorded.get(reading);
            if (last != null && now.isBefore(last.plus(BETWEEN))) {
                return false;
            }
            recorded.remove(reading);
            recorded.put(reading, now);
            return true;
        }
    }
}
