package dev.bailiwick.server.jail;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.LatelyRecorded;
import dev.bailiwick.server.audit.Subject;
import dev.bailiwick.server.bounds.Bound;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Records, for the customer to see, that somebody of the staff reads the log or the files of a jail. */
@Component
public class StaffReads {

    static final Duration BETWEEN = Duration.ofHours(1);

    private final Audit audit;
    private final Clock clock;
    private final LatelyRecorded<Reading> recorded = new LatelyRecorded<>(BETWEEN, Bound.STAFF_READS.value());

    StaffReads(Audit audit, Clock clock) {
        this.audit = audit;
        this.clock = clock;
    }

    private record Reading(String actor, JailId jail, ReadingEvent what) {}

    /** Records that the caller reads, unless they are the customer's own or it was recorded within an hour. */
    @Transactional
    public void record(Caller caller, CustomerId customer, JailId jail, ReadingEvent what) {
        boolean isStaff = caller.role().isStaff() || caller.acting().isPresent();
        Reading reading = new Reading(caller.actor(), jail, what);
        Instant now = clock.instant();
        if (isStaff && recorded.isDue(reading, now)) {
            audit.record(caller.actor(), Subject.of("jail", jail).visibleTo(customer.value()), what);
            // If the transaction fails, the next read is recorded.
            TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                @Override
                public void afterCommit() {
                    recorded.keep(reading, now);
                }
            });
        }
    }
}
