package dev.bailiwick.server.audit;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.bailiwick.jail.concurrent.Signal;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Gives the events of committed transactions their places in the chain, and sends the notifications that these transactions left: see
 * {@code seal_events} in the database, which one replica at a time runs.
 *
 * <p>A commit in this process wakes it. Once a second it looks by itself, for what a replica left that stopped between its commit and the
 * sealing. It has a connection of its own, so that it does not wait where all connections are taken.
 */
@Component
class Sealer implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(Sealer.class);

    private static final int MAX_ROWS = 1000;

    /** Between two runs: what is committed meanwhile is sealed together. A sealing is itself a commit. */
    private static final Duration PACE = Duration.ofMillis(40);

    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration CONNECTION_TIMEOUT = Duration.ofSeconds(1);

    private final JdbcConnectionDetails database;
    private final Signal committed = new Signal();
    private volatile @Nullable Thread thread;

    Sealer(JdbcConnectionDetails database) {
        this.database = database;
    }

    /** To be called once a transaction that recorded an event has committed. */
    void wake() {
        committed.raise();
    }

    /** Early: whatever starts after this is sealed, and whatever ends before it. */
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

    /** What is not sealed by then is sealed by another replica, or after the next start. */
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

    /** What fails is tried again with the next look: nothing is lost meanwhile. */
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
                LOG.atWarn().addKeyValue("cause", e.getMessage()).log("events could not be sealed, retrying");
            }
        }
    }

    private HikariDataSource connection() {
        HikariConfig config = new HikariConfig();
        config.setPoolName("sealer");
        config.setJdbcUrl(database.getJdbcUrl());
        config.setUsername(database.getUsername());
        config.setPassword(database.getPassword());
        config.setMaximumPoolSize(1);
        config.setConnectionTimeout(CONNECTION_TIMEOUT.toMillis());
        // The database may be away when the server starts.
        config.setInitializationFailTimeout(-1);
        return new HikariDataSource(config);
    }
}
