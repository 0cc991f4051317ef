package dev.bailiwick.server.jail;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.named;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.jail.view.JailView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Many simultaneous definitions for one host. */
@ServerTest
class HostChangeLimiterTest {

    private static final int CROWD = 12;

    @Autowired
    private Jails jails;

    @Autowired
    private JailActions actions;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private Fleet.Fixtures fixtures;

    @Test
    void hasFewOfThemWaitForTheHostsRowWithAStop() throws Exception {
        HostId host = fixtures.connectedHostWithPool();
        CustomerId customer = fixtures.customer();
        JailId running = define(customer, host, "running").id();
        List<Future<?>> crowd = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            fixtures.holding(host, () -> {
                for (int i = 0; i < CROWD; i++) {
                    String name = "jail-" + i;
                    crowd.add(threads.submit(() -> define(customer, host, name)));
                }
                awaitWaiting(HostChangeLimiter.AT_ONCE);
                crowd.add(threads.submit(() -> actions.stop(OPERATOR, running)));
                awaitWaiting(HostChangeLimiter.AT_ONCE + 1);
            });
            for (Future<?> one : crowd) {
                one.get();
            }
        }

        assertThat(jdbc.sql("SELECT revision FROM host WHERE id = ?")
                        .param(host.value())
                        .query(Long.class)
                        .single())
                .isEqualTo(1 + CROWD + 1);
    }

    /**
     * Waits until exactly so many transactions wait for a row, and no more follow. The database decides in which order
     * they get it.
     */
    private void awaitWaiting(int count) {
        await().during(Duration.ofMillis(300)).atMost(Duration.ofSeconds(10)).until(() -> waiting() == count);
    }

    private long waiting() {
        return jdbc.sql("""
                        SELECT count(*) FROM pg_stat_activity
                        WHERE datname = current_database() AND wait_event_type = 'Lock'
                        """).query(Long.class).single();
    }

    private JailView define(CustomerId customer, HostId host, String name) {
        return jails.define(OPERATOR, new NewJail(customer, Optional.of(host), Optional.empty(), named(name)));
    }
}
