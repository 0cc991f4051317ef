package dev.bailiwick.server.figure;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.somebodyOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.bailiwick.jail.figure.JailFigures;
import dev.bailiwick.server.ApiClient;
import dev.bailiwick.server.LockWaits;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.database.RowAccess;
import java.sql.Connection;
import java.sql.Date;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpMethod;
import org.springframework.test.context.TestPropertySource;
import org.springframework.transaction.support.TransactionOperations;
import tools.jackson.databind.JsonNode;

/** Months that are sealed: their amounts stay, and whatever comes later is billed once, in the next month. */
@TestPropertySource(properties = "bailiwick.tests=a database of its own")
class SealedMonthsTest extends WithFigures {

    @Autowired
    private UsageSeals seals;

    @Autowired
    private ApiClient api;

    @Autowired
    private TransactionOperations transactions;

    @Autowired
    private JdbcConnectionDetails database;

    @Autowired
    private FigurePartitions partitions;

    private final ExecutorService threads = Executors.newCachedThreadPool();

    /** Until yesterday or earlier, so that the first hours of the open month are over. */
    private final YearMonth open =
            YearMonth.from(Instant.now().minus(Duration.ofDays(1)).atZone(ZoneOffset.UTC));

    private final YearMonth closed = open.minusMonths(1);
    private final Instant edge = UsageSeals.start(open);

    @BeforeEach
    void openAllMonths() {
        transactions.executeWithoutResult(_ -> {
            jdbc.sql("SET LOCAL session_replication_role = replica").update();
            Stream.of("figure", "figure_hour", "sealed_usage", "usage_seal")
                    .forEach(table -> jdbc.sql("DELETE FROM " + table).update());
        });
    }

    @AfterEach
    void endThreads() {
        threads.shutdownNow();
    }

    @Test
    void readingsThatAreLostLateOrSentAgainAreBilledOnceOverASeal() throws Exception {
        for (int seed = 1; seed <= 6; seed++) {
            openAllMonths();
            Random random = new Random(seed);
            List<JailFigures> before = new ArrayList<>();
            List<JailFigures> after = new ArrayList<>();
            for (int number = -20; number < 20; number++) {
                JailFigures one = beside(number, run, (number + 20) * 1_000L);
                boolean isNeeded = number == -20 || number == 19;
                if (!isNeeded && random.nextInt(4) == 0) {
                    continue;
                }
                boolean isLate = number >= 0 || number > -20 && random.nextInt(3) == 0;
                (isLate ? after : before).add(one);
                if (random.nextInt(3) == 0) {
                    after.add(one);
                }
            }
            Collections.shuffle(before, random);
            Collections.shuffle(after, random);
            before.forEach(this::store);
            seal();
            long sealed = total(closed);
            after.forEach(this::store);

            assertThat(total(closed)).as("seed " + seed).isEqualTo(sealed);
            assertThat(sealed + total(open)).as("seed " + seed).isEqualTo(40_000);
            assertThat(verify().at("/equal").asBoolean()).as("seed " + seed).isTrue();
        }
    }

    /** No later reading covers them. */
    @Test
    void lateReadingsOfARunThatHasEndedCountForTheNextMonth() throws Exception {
        store(beside(-3, run, 0));
        seal();
        UUID unknown = UUID.randomUUID();
        for (int twice = 0; twice < 2; twice++) {
            store(beside(-2, run, 1_000), beside(-4, unknown, 0), beside(-1, run, 2_000), beside(-3, unknown, 1_000));
        }
        assertThat(total(closed)).isEqualTo(1_000);
        assertThat(total(open)).isEqualTo(4_000);
    }

    @Test
    void theFirstHourOfAMonthKeepsItsLateReadings() throws Exception {
        store(beside(-20, UUID.randomUUID(), 0));
        seal();
        // The run began before the month, of which the host says so only later, or earlier.
        store(beside(0, run, 1_000));
        store(beside(-1, run, 0));
        store(beside(1, run, 2_000));
        UUID other = UUID.randomUUID();
        store(beside(-1, other, 0));
        store(beside(0, other, 1_000));

        assertThat(total(open)).isEqualTo(5_000);
    }

    @Test
    void aSealedMonthIsAnsweredAsItWasSealed() throws Exception {
        store(beside(-3, run, 0));
        assertThat(line(OPERATOR).has("sealedAt")).isFalse();
        seal();
        String name = line(OPERATOR).at("/customerName").asString();
        jdbc.sql("UPDATE customer SET name = 'Renamed', external_id = 'C-1' WHERE id = ?")
                .param(customer.value())
                .update();
        jdbc.sql("DELETE FROM figure_hour").update();

        assertThat(line(OPERATOR).at("/sealedAt").asString()).startsWith("20");
        assertThat(line(OPERATOR).at("/customerName").asString()).isEqualTo(name);
        assertThat(line(somebodyOf(customer)).at("/used/cpuTime").asLong()).isEqualTo(1_000);
        assertThat(api.lines(api.get(somebodyOf(customer), "/api/v1/usage?groupBy=jail&period=" + closed)))
                .singleElement()
                .satisfies(jail -> {
                    assertThat(jail.at("/jailName").asString()).isEqualTo("web");
                    assertThat(jail.at("/externalId").asString()).isEqualTo("order-1");
                });
        assertThat(api.lines(api.get(somebodyOf(fixtures.customer()), "/api/v1/usage?period=" + closed)))
                .isEmpty();
    }

    @Test
    void aMonthIsSealedSevenDaysAfterItsEndAndInItsOrder() {
        store(beside(-3, run, 0));
        RowAccess.everything().run(() -> seals.seal(edge.plus(UsageSeals.OPEN).minusSeconds(1)));
        assertThat(sealedMonths()).isEmpty();
        maintain(open.atDay(1));
        insertHour(customer, UsageSeals.start(closed.minusMonths(1)), 30, 0, 1);
        seal();
        assertThat(sealedMonths()).containsExactly(closed.minusMonths(1), closed);
    }

    @Test
    void aServerThatIsKilledWhileItSealsLeavesTheMonthClosedAndAnotherSealsIt() throws Exception {
        store(beside(-3, run, 0));
        try (Connection holding =
                DriverManager.getConnection(database.getJdbcUrl(), database.getUsername(), database.getPassword())) {
            holding.setAutoCommit(false);
            try (Statement lock = holding.createStatement()) {
                lock.execute("LOCK TABLE sealed_usage IN EXCLUSIVE MODE");
            }
            Future<?> sealing = threads.submit(this::seal);
            String waiting =
                    " FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'INSERT INTO sealed_usage%'";
            await().until(() ->
                    jdbc.sql("SELECT count(*)" + waiting).query(Long.class).single() == 1);
            jdbc.sql("SELECT pg_terminate_backend(pid)" + waiting)
                    .query(Boolean.class)
                    .single();
            assertThatThrownBy(sealing::get).isInstanceOf(ExecutionException.class);
        }
        assertThat(sealedMonths()).isEmpty();
        assertThat(line(OPERATOR).has("sealedAt")).isFalse();
        store(beside(-2, run, 1_000));
        assertThat(total(closed)).isEqualTo(1_000);

        seal();
        assertThat(sealedMonths()).containsExactly(closed);
        assertThat(total(closed)).isEqualTo(1_000);
        assertThat(total(open)).isEqualTo(1_000);
        assertThat(verify().at("/equal").asBoolean()).isTrue();
    }

    @Test
    void twoReplicasSealAMonthOnce() throws Exception {
        store(beside(-3, run, 0));
        List<Future<?>> both = new ArrayList<>();
        for (int replica = 0; replica < 2; replica++) {
            both.add(threads.submit(this::seal));
        }
        for (Future<?> one : both) {
            one.get();
        }
        assertThat(jdbc.sql("SELECT count(*) FROM sealed_usage")
                        .query(Long.class)
                        .single())
                .isOne();
        assertThat(verify().at("/equal").asBoolean()).isTrue();
    }

    @Test
    void aReadingThatIsBeingStoredCountsForTheMonthThatWaitsForIt() throws Exception {
        store(beside(-3, run, 0));
        Future<?> sealing = transactions.execute(_ -> {
            store(beside(-2, run, 1_000));
            return LockWaits.behind(jdbc, threads.submit(this::seal));
        });
        sealing.get();
        assertThat(total(closed)).isEqualTo(2_000);
        assertThat(total(open)).isZero();
    }

    @Test
    void verificationFindsARowThatWasChanged() throws Exception {
        store(beside(-3, run, 0));
        seal();
        assertThat(verify().at("/equal").asBoolean()).isTrue();

        jdbc.sql("UPDATE figure_hour SET cpu_time_last = 1_007").update();
        JsonNode readings = verify();
        assertThat(readings.at("/equal").asBoolean()).isFalse();
        assertThat(readings.at("/digest")).isEqualTo(readings.at("/sealedDigest"));
        assertThat(readings.at("/differences")).hasSize(1);
        JsonNode difference = readings.at("/differences/0");
        assertThat(difference.at("/jail").asString()).isEqualTo(jail.toString());
        assertThat(difference.at("/metric").asString()).isEqualTo("cpuTime");
        assertThat(difference.at("/sealed").asLong()).isEqualTo(1_000);
        assertThat(difference.at("/computed").asLong()).isEqualTo(1_007);

        for (String change : List.of(
                "UPDATE sealed_usage SET cpu_time = 1_007",
                "DELETE FROM sealed_usage",
                "TRUNCATE sealed_usage",
                "UPDATE usage_seal SET sealed_at = now()",
                "DELETE FROM usage_seal",
                "INSERT INTO sealed_usage (period, customer_id, jail_id, customer_name)"
                        + " SELECT period, gen_random_uuid(), jail_id, 'x' FROM sealed_usage")) {
            assertThatThrownBy(() -> jdbc.sql(change).update())
                    .as(change)
                    .isInstanceOf(DataAccessException.class)
                    .rootCause()
                    .hasMessageContaining("seal");
        }
        // Both are changed alike, by somebody whom no trigger stops.
        transactions.executeWithoutResult(_ -> {
            jdbc.sql("SET LOCAL session_replication_role = replica").update();
            jdbc.sql("UPDATE sealed_usage SET cpu_time = 1_007").update();
        });
        assertThat(verify().at("/differences")).isEmpty();
        assertThat(verify().at("/digest")).isNotEqualTo(verify().at("/sealedDigest"));
        assertThat(verify().at("/equal").asBoolean()).isFalse();
    }

    @Test
    void onlySealedMonthsAreVerifiedAndOnlyByStaff() {
        String address = "/api/v1/usage:verify";
        for (String body : List.of("{}", "{\"period\": \"" + closed + "\"}", "{\"period\": \"2019-01\"}")) {
            assertThat(api.call(OPERATOR, HttpMethod.POST, address, body))
                    .hasStatus(422)
                    .bodyJson()
                    .extractingPath("$.errors[0].pointer")
                    .isEqualTo("/period");
        }
        assertThat(api.call(somebodyOf(customer), HttpMethod.POST, address, "{\"period\": \"" + closed + "\"}"))
                .hasStatus(403);
    }

    @Test
    void staffSeesAMonthOnAPageAndDownloadsIt() {
        jdbc.sql("UPDATE customer SET name = '=1+1, \"x\"' WHERE id = ?")
                .param(customer.value())
                .update();
        store(beside(-3, run, 0));
        assertThat(api.get(OPERATOR, "/usage?period=" + closed)).bodyText().contains("Not sealed", "0.00 h");
        seal();
        assertThat(api.get(OPERATOR, "/usage?period=" + closed)).bodyText().contains("Sealed on");
        assertThat(api.get(OPERATOR, "/usage/csv?groupBy=jail&period=" + closed))
                .hasStatusOk()
                .bodyText()
                .startsWith("period,sealedAt,customer,customerName,jail,jailName,externalId,cpuTime,")
                .contains("," + customer + ",\"'=1+1, \"\"x\"\"\"," + jail + ",web,order-1,1000,");
        assertThat(api.get(OPERATOR, "/api/v1/usage?format=csv&period=" + closed))
                .bodyText()
                .startsWith("period,sealedAt,");
        assertThat(api.get(somebodyOf(customer), "/usage")).hasStatus(403);
    }

    @Test
    void readingsAreKeptUntilTheirMonthIsSealed() {
        store(beside(-3, run, 0));
        LocalDate later = closed.atDay(1).plusMonths(26);
        maintain(later);
        assertThat(hours()).isOne();
        seal();
        maintain(later.minusMonths(1));
        assertThat(hours()).as("for verification").isOne();
        maintain(later);
        assertThat(hours()).isZero();
        partitions.maintain();
    }

    private long hours() {
        return jdbc.sql("SELECT count(*) FROM figure_hour").query(Long.class).single();
    }

    private void maintain(LocalDate today) {
        jdbc.sql("SELECT maintain_figure_partitions(?)")
                .param(Date.valueOf(today))
                .query()
                .listOfRows();
    }

    private void seal() {
        RowAccess.everything().run(() -> seals.seal(edge.plus(UsageSeals.OPEN)));
    }

    private List<YearMonth> sealedMonths() {
        return jdbc.sql("SELECT period FROM usage_seal WHERE sealed_at IS NOT NULL ORDER BY period")
                .query((row, _) -> YearMonth.from(row.getDate(1).toLocalDate()))
                .list();
    }

    private JsonNode verify() {
        return api.json(
                api.call(OPERATOR, HttpMethod.POST, "/api/v1/usage:verify", "{\"period\": \"" + closed + "\"}"));
    }

    private JsonNode line(Caller caller) {
        List<JsonNode> lines = api.lines(api.get(caller, "/api/v1/usage?period=" + closed));
        assertThat(lines).hasSize(1);
        return lines.getFirst();
    }

    private void store(JailFigures... sent) {
        for (JailFigures one : sent) {
            super.store(one);
        }
    }

    /** Returns a slot before or after the end of the month, in which the jail used 1,000 more. */
    private JailFigures beside(int number, UUID of, long first) {
        return slot(edge.plus(JailFigures.SLOT.multipliedBy(number)), of, first, first + 1_000);
    }
}
