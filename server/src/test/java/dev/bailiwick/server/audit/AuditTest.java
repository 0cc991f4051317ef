package dev.bailiwick.server.audit;

import static dev.bailiwick.server.Sealing.awaitSealed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.bailiwick.server.Sealing;
import dev.bailiwick.server.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.IllegalTransactionStateException;
import org.springframework.transaction.support.TransactionTemplate;

@SpringBootTest(webEnvironment = WebEnvironment.NONE)
@Import(TestDatabase.class)
class AuditTest {

    @EventType(action = "jail.tried", version = 3)
    private record Tried(long generation) implements Event {}

    @EventType(action = "host.tried", version = 1)
    private record HostTried(long generation) implements Event {}

    @Autowired
    private Audit audit;

    @Autowired
    private TransactionTemplate transaction;

    @Autowired
    private JdbcClient jdbc;

    @Test
    void tellsACustomerOnlyWhatIsTheirs() {
        UUID theirs = UUID.randomUUID();
        record(Subject.of("jail", "a").visibleTo(theirs));
        record(Subject.of("jail", "b").visibleTo(UUID.randomUUID()));
        record(Subject.of("host", "c"));

        awaitSealed(jdbc);
        List<AuditEvent> seen = audit.after(0, 100, theirs);

        assertThat(seen).extracting(event -> event.subject().id()).containsExactly("a");
        assertThat(seen.getFirst().detail()).containsEntry("generation", 7);
        assertThat(seen.getFirst().action()).isEqualTo("jail.tried");
        assertThat(seen.getFirst().version()).isEqualTo(3);
        assertThat(audit.after(seen.getFirst().number(), 100, theirs)).isEmpty();
    }

    @Test
    void recordsNothingOfATransactionThatFailed() {
        long before = head();

        assertThatThrownBy(() -> transaction.executeWithoutResult(status -> {
                    audit.record("test", Subject.of("jail", "x"), new Tried(7));
                    throw new IllegalStateException("after recording");
                }))
                .hasMessage("after recording");

        assertThat(head()).isEqualTo(before);
    }

    @Test
    void refusesToRecordOutsideOfATransaction() {
        assertThatThrownBy(() -> audit.record("test", Subject.of("jail", "x"), new Tried(7)))
                .isInstanceOf(IllegalTransactionStateException.class);
    }

    @Test
    void refusesAnEventAboutAnotherKindOfSubject() {
        assertThatThrownBy(() -> transaction.executeWithoutResult(
                        status -> audit.record("test", Subject.of("host", "x"), new Tried(7))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not an event of a host");
    }

    @Test
    void chainsEventsOfConcurrentTransactionsWithoutAGap() throws Exception {
        long before = head();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var all = threads.invokeAll(IntStream.range(0, 200)
                    .mapToObj(i -> (Callable<Void>) () -> {
                        record(Subject.of("jail", i));
                        return null;
                    })
                    .toList());
            for (var one : all) {
                one.get();
            }
        }

        assertThat(head()).isEqualTo(before + 200);
        assertThat(audit.firstBrokenLink()).isEmpty();
    }

    /** A generous bound: sealing takes less than half of it on a quiet machine. */
    @Test
    @Tag("performance")
    void sealsWithinATenthOfASecond() {
        List<Long> millis = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            record(Subject.of("jail", i));
            long committed = System.nanoTime();
            await().pollInterval(Duration.ofMillis(1)).until(() -> Sealing.unsealed(jdbc) == 0);
            millis.add(Duration.ofNanos(System.nanoTime() - committed).toMillis());
        }

        assertThat(millis.stream().sorted().toList().get(17))
                .as("nine of ten, of " + millis)
                .isLessThan(100);
    }

    @Test
    void findsARowThatWasTamperedWith() {
        record(Subject.of("jail", "before"));
        record(Subject.of("jail", "tampered"));
        long tampered = head();
        record(Subject.of("jail", "after"));
        awaitSealed(jdbc);

        // As the owner of the database could: the rejecting trigger is switched off for one session.
        transaction.executeWithoutResult(status -> {
            jdbc.sql("SET LOCAL session_replication_role = replica").update();
            jdbc.sql("UPDATE audit_event SET actor = 'somebody else' WHERE id = ?")
                    .param(tampered)
                    .update();
            assertThat(audit.firstBrokenLink()).contains(tampered);

            jdbc.sql("DELETE FROM audit_event WHERE id = ?").param(tampered).update();
            assertThat(audit.firstBrokenLink()).contains(tampered + 1);
            status.setRollbackOnly();
        });
        assertThat(audit.firstBrokenLink()).isEmpty();
    }

    private void record(Subject subject) {
        transaction.executeWithoutResult(status -> audit.record("user:test", subject, event(subject)));
    }

    private static Event event(Subject subject) {
        return subject.kind().equals("host") ? new HostTried(7) : new Tried(7);
    }

    private long head() {
        awaitSealed(jdbc);
        return audit.head().map(Audit.Head::number).orElse(0L);
    }
}
