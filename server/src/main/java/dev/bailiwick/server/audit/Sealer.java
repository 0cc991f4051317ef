package dev.bailiwick.server.audit;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.bailiwick.jail.concurrent.Signal;
import dev.bailiwick.server.database.DatabaseLogin;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Appends the events of committed transactions to the chain, and sends the notifications of these transactions: see {@code
 * seal_events} in the database, which runs on one replica at a time.
 *
 * <p>A commit in this process wakes the sealer. It also runs once a second, for events of a replica that stopped between commit and
 * sealing. It has its own connection, so that it does not wait for one when the pool is exhausted.
 */
@Component
class Sealer implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(Sealer.class);

    private static final int MAX_ROWS = 1000;

    /** The pause between two runs: commits of that time are sealed together, as a sealing is itself a commit. */
    private static final Duration PACE = Duration.ofMillis(40);

    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration CONNECTION_TIMEOUT = Duration.ofSeconds(1);

    private final DatabaseLogin database;
    private final Signal committed = new Signal();
    private volatile @Nullable Thread thread;

    Sealer(DatabaseLogin database) {
        this.database = database;
    }

    /** Wakes the sealer; to be called after the commit of a transaction that recorded an event. */
    void wake() {
        committed.raise();
    }

    /** Starts early and stops late, so that events of all other components are sealed. */
    @Override
    public int getPhase() {
        return Integer.MIN_VALUE + 1000;
    }

    @Override
    public void start() {
        Thread sealing = Thread.ofPlatform().name("sealer").daemon().unstarted(this::run);
        thread = sealing;
        sealing.start();
    }

    /** Stops. Another replica, or the next start, seals the remaining events. */
    @Override
    public void stop() {
        Thread sealing = thread;
        thread = null;
        if (sealing != null) {
            sealing.interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return thread != null;
    }

    private void run() {
        try (HikariDataSource connection = connection()) {
            JdbcClient jdbc = JdbcClient.create(connection);
            while (thread == Thread.currentThread()) {
                seal(jdbc);
                Thread.sleep(PACE);
                boolean _ = committed.await(LOOK);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** Seals all committed events. If it fails, the next run tries again; no event is lost. */
    private void seal(JdbcClient jdbc) {
        try {
            long moved;
            do {
                moved = jdbc.sql("SELECT seal_events(?)")
                        .param(MAX_ROWS)
                        .query(Long.class)
                        .single();
            } while (moved == MAX_ROWS);
        } catch (DataAccessException e) {
            if (thread == Thread.currentThread()) {
                log.atWarn().addKeyValue("cause", e.getMessage()).log("events could not be sealed, retrying");
            }
        }
    }

    private HikariDataSource connection() {
        HikariConfig config = new HikariConfig();
        config.setPoolName("sealer");
        config.setJdbcUrl(database.url());
        config.setUsername(database.user());
        config.setPassword(database.password());
        config.setMaximumPoolSize(1);
        config.setConnectionTimeout(CONNECTION_TIMEOUT.toMillis());
        // It seals the events of all customers, and does nothing else.
        config.setConnectionInitSql("SET ROLE " + DatabaseLogin.EVERYTHING);
        // The database may be away when the server starts.
        config.setInitializationFailTimeout(-1);
        return new HikariDataSource(config);
    }
}
