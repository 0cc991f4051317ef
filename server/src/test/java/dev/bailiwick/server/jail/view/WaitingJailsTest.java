package dev.bailiwick.server.jail.view;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.named;
import static dev.bailiwick.server.Fleet.report;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.host.Hosts;
import dev.bailiwick.server.jail.JailReports;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.placement.NewJail;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/** What a host has left to do is found without reading all of its jails. */
@ServerTest
class WaitingJailsTest {

    @Autowired
    private WaitingJails waiting;

    @Autowired
    private Jails jails;

    @Autowired
    private JailReports reports;

    @Autowired
    private Hosts hosts;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private TransactionOperations transactions;

    @Autowired
    private Fleet.Fixtures fixtures;

    private HostId host = new HostId(UUID.randomUUID());
    private JailId jail = new JailId(UUID.randomUUID());

    @BeforeEach
    void makeAJail() {
        host = fixtures.connectedHostWithPool();
        jail = jails.define(
                        OPERATOR, new NewJail(fixtures.customer(), Optional.of(host), Optional.empty(), named("web")))
                .id();
    }

    @Test
    void aJailWaitsUntilItsHostHasReportedTheLatestGeneration() {
        waiting.forget();
        assertThat(left()).isOne();
        says(1, Phase.RUNNING);
        assertThat(left()).as("whatever is still noted").isZero();
        waiting.forget();
        assertThat(noted()).isZero();
        assertThat(left()).isZero();

        change();
        assertThat(left()).isOne();
        says(1, Phase.STOPPED);
        waiting.forget();
        assertThat(left()).as("an older generation").isOne();
        says(2, Phase.RUNNING);
        waiting.forget();
        assertThat(left()).isZero();
    }

    @Test
    void aJailThatStartsWithoutAChangeWaitsToo() {
        says(1, Phase.RUNNING);
        waiting.forget();
        says(1, Phase.STARTING);
        assertThat(noted()).isZero();
        assertThat(left()).isOne();
    }

    @Test
    void aJailThatIsBeingChangedStaysAndIsNotWaitedFor() throws Exception {
        says(1, Phase.RUNNING);
        try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
            transactions.executeWithoutResult(_ -> {
                change();
                try {
                    thread.submit(waiting::forget).get();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
        }
        assertThat(left()).isOne();
    }

    private void change() {
        jdbc.sql("UPDATE jail SET generation = generation + 1 WHERE id = ?")
                .param(jail.value())
                .update();
    }

    private void says(long generation, Phase phase) {
        reports.apply(host, List.of(report(jail, generation, phase, Instant.now())));
    }

    private long left() {
        return hosts.backlog(host).waiting();
    }

    private long noted() {
        return jdbc.sql("SELECT count(*) FROM jail_waiting WHERE jail_id = ?")
                .param(jail.value())
                .query(Long.class)
                .single();
    }
}
