package dev.bailiwick.server.jail;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.named;
import static dev.bailiwick.server.Fleet.report;
import static dev.bailiwick.server.Sealing.awaitNotified;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.desired.DesiredJail.FilesFate;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.notification.Notification;
import dev.bailiwick.server.notification.Notifications;
import dev.bailiwick.server.notification.Notifications.Subscription;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

@ServerTest
class WaitingTest {

    private static final Duration LONG = Duration.ofSeconds(60);

    @Autowired
    private Jails jails;

    @Autowired
    private JailActions actions;

    @Autowired
    private JailReports reports;

    @Autowired
    private Notifications notifications;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private Fleet.Fixtures fixtures;

    @Test
    void endsWhenTheHostReportsWhatIsWanted() throws Exception {
        HostId host = fixtures.connectedHostWithPool();
        JailView jail = define(host);

        CompletableFuture<Optional<JailView>> waiting = waitFor(jail);
        reports.apply(host, List.of(report(jail.id(), 1, Phase.STARTING, Instant.now())));
        reports.apply(host, List.of(report(jail.id(), 1, Phase.RUNNING, Instant.now())));

        assertThat(waiting.get(60, TimeUnit.SECONDS).orElseThrow().status().phase())
                .contains(Phase.RUNNING);
    }

    @Test
    void endsWhenTheHostRefuses() throws Exception {
        HostId host = fixtures.connectedHostWithPool();
        JailView jail = define(host);

        CompletableFuture<Optional<JailView>> waiting = waitFor(jail);
        reports.apply(host, List.of(report(jail.id(), 1, Phase.REFUSED, Instant.now())));

        assertThat(waiting.get(60, TimeUnit.SECONDS).orElseThrow().status().phase())
                .contains(Phase.REFUSED);
    }

    @Test
    void endsWhenTheJailIsGone() throws Exception {
        HostId host = fixtures.connectedHostWithPool();
        JailView jail =
                actions.retire(OPERATOR, define(host).id(), FilesFate.DELETED).orElseThrow();

        CompletableFuture<Optional<JailView>> waiting = waitFor(jail);
        reports.apply(host, List.of(report(jail.id(), 2, Phase.REMOVED, Instant.now())));

        assertThat(waiting.get(60, TimeUnit.SECONDS)).isEmpty();
    }

    @Test
    void endsWhenTheTimeIsUp() throws Exception {
        JailView jail = define(fixtures.connectedHostWithPool());

        assertThat(jails.awaitApplied(jail.id(), 1, Duration.ofMillis(50))
                        .orElseThrow()
                        .settled())
                .isFalse();
    }

    @Test
    void isWokenAgainAfterTheListeningConnectionWasCut() throws Exception {
        Queue<Notification> received = new ConcurrentLinkedQueue<>();
        HostId host = fixtures.connectedHostWithPool();
        JailView jail = define(host);
        CompletableFuture<Optional<JailView>> waiting = waitFor(jail);
        try (Subscription _ = notifications.onAny(received::add)) {
            // Only now is the connection there for sure.
            awaitNotified(jdbc, notifications);
            received.clear();
            int cut = jdbc.sql("""
                            SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                            WHERE application_name = 'bailiwick notifications' AND datname = current_database()
                            """).query(Integer.class).single();
            assertThat(cut).isEqualTo(1);
            await().untilAsserted(() -> assertThat(received).hasAtLeastOneElementOfType(Notification.Missed.class));

            reports.apply(host, List.of(report(jail.id(), 1, Phase.RUNNING, Instant.now())));
            await().untilAsserted(() -> assertThat(received).contains(new Notification.JailReported(jail.id())));
        }
        assertThat(waiting.get(60, TimeUnit.SECONDS).orElseThrow().settled()).isTrue();
    }

    @Test
    void ringsOnlyForTheHostThatIsConcerned() {
        HostId host = fixtures.connectedHostWithPool();
        HostId other = fixtures.connectedHostWithPool();
        define(host);
        awaitNotified(jdbc, notifications);
        AtomicInteger wakes = new AtomicInteger();
        AtomicInteger wakesOfOther = new AtomicInteger();
        try (Subscription _ = notifications.onHostChanged(host, wakes::incrementAndGet);
                Subscription _ = notifications.onHostChanged(other, wakesOfOther::incrementAndGet)) {
            jails.define(
                    OPERATOR, new NewJail(fixtures.customer(), Optional.of(host), Optional.empty(), named("another")));
            await().untilAsserted(() -> assertThat(wakes).hasPositiveValue());
            awaitNotified(jdbc, notifications);
        }
        assertThat(wakesOfOther).hasValue(0);
    }

    private JailView define(HostId host) {
        return jails.define(
                OPERATOR, new NewJail(fixtures.customer(), Optional.of(host), Optional.empty(), named("web")));
    }

    private CompletableFuture<Optional<JailView>> waitFor(JailView jail) {
        CompletableFuture<Optional<JailView>> seen = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                seen.complete(jails.awaitApplied(jail.id(), jail.generation(), LONG));
            } catch (InterruptedException | RuntimeException e) {
                seen.completeExceptionally(e);
            }
        });
        return seen;
    }
}
