package dev.bailiwick.server.audit;

import static dev.bailiwick.server.Sealing.awaitSealed;
import static dev.bailiwick.server.Sealing.unsealed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.bailiwick.server.TestDatabase;
import dev.bailiwick.server.database.DatabaseLogin;
import jakarta.persistence.EntityManager;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/** Sealers on a database of this test: while none runs, it is as if a server had stopped after its commit. */
@SpringBootTest(webEnvironment = WebEnvironment.NONE)
@Import(TestDatabase.class)
class SealerTest {

    @Autowired
    private JdbcClient server;

    @Autowired
    private JdbcConnectionDetails details;

    @Autowired
    private JsonMapper json;

    @Autowired
    private EntityManager entities;

    private HikariDataSource database;
    private DatabaseLogin own;
    private JdbcClient jdbc;
    private TransactionTemplate transaction;

    /** For reading. */
    private Audit audit;

    private final List<Sealer> sealers = new ArrayList<>();

    @BeforeEach
    void createDatabase() {
        server.sql("CREATE DATABASE sealing").update();
        own = new DatabaseLogin(
                details.getJdbcUrl().replaceFirst("/[^/?]+(\\?|$)", "/sealing$1"),
                String.valueOf(details.getUsername()),
                String.valueOf(details.getPassword()));
        database = new HikariDataSource();
        database.setJdbcUrl(own.url());
        database.setUsername(own.user());
        database.setPassword(own.password());
        Flyway.configure()
                .dataSource(database)
                .locations("classpath:db/migrations")
                .load()
                .migrate();
        jdbc = JdbcClient.create(database);
        transaction = new TransactionTemplate(new JdbcTransactionManager(database));
        audit = new Audit(jdbc, json, Clock.systemUTC(), entities, new Sealer(own));
    }

    @AfterEach
    void dropDatabase() {
        sealers.forEach(Sealer::stop);
        database.close();
        server.sql("DROP DATABASE sealing WITH (FORCE)").update();
    }

    @Test
    void sealsWhatAServerLeftThatStoppedAfterItsCommit() {
        record(1, 2, 3);
        assertThat(audit.after(0, 10)).as("before the sealing").isEmpty();
        assertThat(audit.head()).isEmpty();
        assertThat(unsealed(jdbc)).isEqualTo(3);

        startSealer();

        awaitSealed(jdbc);
        assertThat(numbers()).containsExactly(1L, 2L, 3L);
        assertThat(audit.after(0, 10)).extracting(AuditEvent::number).containsExactly(1L, 2L, 3L);
        assertThat(audit.firstBrokenLink()).isEmpty();
    }

    @Test
    void losesAndRepeatsNothingWhenASealingIsCutOff() {
        record(1, 2);
        Sealer cut = new Sealer(own);
        // The sealer waits for the lock of the chain with the previous events, and its connection is cut.
        transaction.executeWithoutResult(_ -> {
            jdbc.sql("LOCK TABLE audit_event IN EXCLUSIVE MODE").update();
            sealers.add(cut);
            cut.start();
            await("the sealer has taken events and waits")
                    .until(() -> 1 == jdbc.sql("""
                                            SELECT count(*) FROM pg_stat_activity
                                            WHERE wait_event_type = 'Lock' AND query LIKE '%seal_events%' AND datname = current_database()
                                            """).query(Integer.class).single());
            cut.stop();
            jdbc.sql("""
                            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                            WHERE query LIKE 'SELECT seal_events%' AND datname = current_database() AND pid <> pg_backend_pid()
                            """).query((row, _) -> row.getBoolean(1)).list();
        });
        assertThat(audit.head()).isEmpty();
        assertThat(unsealed(jdbc)).isEqualTo(2);

        startSealer();

        awaitSealed(jdbc);
        assertThat(numbers()).containsExactly(1L, 2L);
        assertThat(audit.firstBrokenLink()).isEmpty();
    }

    @Test
    void waitsForNoTransactionUnderWay() {
        startSealer();
        transaction.executeWithoutResult(_ -> {
            insert(1);
            inAnotherThread(() -> record(2));
            await().untilAsserted(() -> assertThat(numbersSeenElsewhere()).containsExactly(2L));
        });

        await().untilAsserted(() -> assertThat(numbers()).containsExactly(2L, 1L));
        assertThat(audit.after(0, 10)).extracting(AuditEvent::number).containsExactly(1L, 2L);
        assertThat(audit.firstBrokenLink()).isEmpty();
    }

    /** Each transaction waits for a row that the previous one holds until its commit, so their order is that of the counter. */
    @Test
    void keepsTheOrderOfChangesThatWaitForEachOther() throws Exception {
        startSealer();
        startSealer();
        jdbc.sql("CREATE TABLE counter (n bigint NOT NULL)").update();
        jdbc.sql("INSERT INTO counter VALUES (0)").update();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var all = threads.invokeAll(IntStream.range(0, 200)
                    .mapToObj(_ -> (Callable<Void>) () -> {
                        transaction.executeWithoutResult(
                                _ -> insert(jdbc.sql("UPDATE counter SET n = n + 1 RETURNING n")
                                        .query(Long.class)
                                        .single()));
                        return null;
                    })
                    .toList());
            for (var one : all) {
                one.get();
            }
        }

        awaitSealed(jdbc);
        assertThat(numbers())
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, 200).boxed().toList());
        assertThat(audit.after(0, 1000))
                .extracting(AuditEvent::number)
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, 200).boxed().toList());
        assertThat(audit.firstBrokenLink()).isEmpty();
    }

    @Test
    void isBackOnceTheDatabaseIs() {
        startSealer();
        record(1);
        awaitSealed(jdbc);
        jdbc.sql("""
                        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                        WHERE query LIKE 'SELECT seal_events%' AND datname = current_database() AND pid <> pg_backend_pid()
                        """).query((row, _) -> row.getBoolean(1)).list();

        record(2);

        awaitSealed(jdbc);
        assertThat(numbers()).containsExactly(1L, 2L);
    }

    @Test
    void sealsMoreThanOneRunTakes() {
        record(LongStream.rangeClosed(1, 2500).toArray());

        startSealer();

        awaitSealed(jdbc);
        assertThat(audit.head()).get().extracting(Audit.Head::number).isEqualTo(2500L);
        assertThat(audit.firstBrokenLink()).isEmpty();
    }

    @Test
    void sendsManyNotificationsTogether() {
        transaction.executeWithoutResult(_ -> jdbc.sql("""
                        SELECT notify_after_commit('jail_changed', gen_random_uuid()::text) FROM generate_series(1, 600)
                        """).query((row, _) -> 1).list());

        assertThat(jdbc.sql("SELECT notify_together('jail_changed', array_agg(payload)) FROM unsent_notification")
                        .query(Integer.class)
                        .single())
                .isEqualTo(4);
        assertThat(jdbc.sql("SELECT seal_events(1000)").query(Long.class).single())
                .isEqualTo(600);
        assertThat(jdbc.sql("SELECT count(*) FROM unsent_notification")
                        .query(Long.class)
                        .single())
                .isZero();
    }

    private void startSealer() {
        Sealer sealer = new Sealer(own);
        sealers.add(sealer);
        sealer.start();
    }

    private void record(long... numbers) {
        transaction.executeWithoutResult(_ -> {
            for (long number : numbers) {
                insert(number);
            }
        });
    }

    /** Inserts an event as {@link Audit} does. */
    private void insert(long number) {
        jdbc.sql("""
                        INSERT INTO unsealed_event (at, actor, subject_kind, subject_id, action, version, detail)
                        VALUES (now(), 'test', 'jail', 'x', 'jail.tried', 1, jsonb_build_object('number', ?))
                        """).param(number).update();
    }

    private static void inAnotherThread(Runnable work) {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            threads.submit(work).get(60, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private List<Long> numbersSeenElsewhere() {
        List<Long> seen = new ArrayList<>();
        inAnotherThread(() -> seen.addAll(numbers()));
        return seen;
    }

    /** Returns the numbers in the sealed events, in their order. */
    private List<Long> numbers() {
        return jdbc.sql("SELECT (detail ->> 'number')::bigint FROM audit_event ORDER BY id")
                .query((row, _) -> row.getLong(1))
                .list();
    }
}
