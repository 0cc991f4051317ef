package dev.bailiwick.server.figure;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.named;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.figure.JailFigures;
import dev.bailiwick.jail.figure.JailFigures.Counter;
import dev.bailiwick.jail.figure.JailFigures.Gauge;
import dev.bailiwick.jail.figure.Metric;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.database.RowAccess;
import dev.bailiwick.server.database.TestThreads;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.placement.NewJail;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Figures as hosts send them: in order or not, twice, not at all, or about jails of others. */
@ServerTest
class FiguresTest {

    @Autowired
    private Figures figures;

    @Autowired
    private FigurePartitions partitions;

    @Autowired
    private Jails jails;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private JdbcConnectionDetails database;

    @Autowired
    private Fleet.Fixtures fixtures;

    private final Instant hour = Instant.now().truncatedTo(ChronoUnit.HOURS).minus(Duration.ofHours(3));
    private final UUID run = UUID.randomUUID();
    private HostId host = new HostId(UUID.randomUUID());
    private CustomerId customer = new CustomerId(UUID.randomUUID());
    private JailId jail = new JailId(UUID.randomUUID());

    @BeforeEach
    void makeAJail() {
        host = fixtures.connectedHostWithPool();
        customer = fixtures.customer();
        jail = jails.define(OPERATOR, new NewJail(customer, Optional.of(host), Optional.empty(), named("web")))
                .id();
    }

    @Test
    void sumsUpByTheHour() {
        store(slot(0, 0, 100, 10), slot(1, 100, 300, 20), slot(12, 300, 350, 30));

        assertThat(rows("figure")).hasSize(3);
        assertThat(rows("figure_hour"))
                .containsExactly(
                        Map.of(
                                "slot", hour, "first", 0L, "last", 300L, "minimum", 9L, "mean", 15L, "maximum", 21L,
                                "samples", 60),
                        Map.of(
                                "slot",
                                hour.plus(Duration.ofHours(1)),
                                "first",
                                300L,
                                "last",
                                350L,
                                "minimum",
                                29L,
                                "mean",
                                30L,
                                "maximum",
                                31L,
                                "samples",
                                30));
    }

    @Test
    void theSameIsStoredInWhateverOrderAndHoweverOftenFiguresCome() {
        List<JailFigures> sent = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            sent.add(slot(i, i * 10L, i * 10L + 10, i + 1));
        }
        sent.forEach(this::store);
        List<Map<String, Object>> slots = rows("figure");
        List<Map<String, Object>> hours = rows("figure_hour");
        for (int seed = 1; seed <= 5; seed++) {
            jdbc.sql("DELETE FROM figure").update();
            jdbc.sql("DELETE FROM figure_hour").update();
            List<JailFigures> shuffled = new ArrayList<>(sent);
            shuffled.addAll(sent.subList(3, 12));
            Collections.shuffle(shuffled, new Random(seed));
            shuffled.forEach(this::store);
            assertThat(rows("figure")).as("seed " + seed).isEqualTo(slots);
            assertThat(rows("figure_hour")).as("seed " + seed).isEqualTo(hours);
        }
    }

    @Test
    void whatTwoAgentsSawOfOneSlotIsOneRow() {
        JailFigures earlier = with(3, slot(0, 0, 100, 10));
        JailFigures later = with(20, slot(0, 0, 150, 70));
        for (List<JailFigures> order : List.of(List.of(earlier, later), List.of(later, earlier))) {
            jdbc.sql("DELETE FROM figure").update();
            order.forEach(this::store);
            assertThat(rows("figure"))
                    .containsExactly(Map.of(
                            "slot", hour, "first", 0L, "last", 150L, "minimum", 69L, "mean", 70L, "maximum", 71L,
                            "samples", 20));
        }
    }

    @Test
    void leavesOutJailsOfOtherHostsAndOtherTimes() {
        HostId other = fixtures.connectedHostWithPool();
        Instant now = Instant.now();
        Instant current = now.truncatedTo(ChronoUnit.HOURS);
        JailFigures ahead = at(current.plus(Duration.ofHours(2)), slot(0, 0, 1, 1));
        JailFigures old = at(current.minus(Figures.ACCEPTED).minus(Duration.ofHours(1)), slot(0, 0, 1, 1));
        JailFigures unknown = new JailFigures(new JailId(UUID.randomUUID()), run, hour, 1, Map.of(), Map.of());

        assertThat(figures.store(other, List.of(slot(0, 0, 100, 10)))).isOne();
        assertThat(figures.store(host, List.of(ahead, old, unknown, slot(0, 0, 5, 1))))
                .isEqualTo(3);

        assertThat(rows("figure"))
                .singleElement()
                .satisfies(row -> assertThat(row.get("last")).isEqualTo(5L));
        assertThat(rows("figure_hour")).hasSize(1);
    }

    @Test
    void storesTheLastFiguresOfAJailThatIsRemoved() {
        jdbc.sql("UPDATE jail SET retired_at = now(), files_fate = 'kept' WHERE id = ?")
                .param(jail.value())
                .update();
        jdbc.sql("DELETE FROM jail WHERE id = ?").param(jail.value()).update();

        store(slot(0, 0, 100, 10));

        assertThat(jdbc.sql("SELECT customer_id FROM figure_hour WHERE jail_id = ?")
                        .param(jail.value())
                        .query(UUID.class)
                        .list())
                .containsExactly(customer.value());
        assertThat(figures.store(fixtures.host(), List.of(slot(1, 100, 200, 10))))
                .isOne();
    }

    @Test
    void storesEachStartOfAJailThatStartsAgainAndAgain() {
        List<JailFigures> starts = invented(hour, 240);
        starts.forEach(this::store);
        assertThat(rows("figure")).hasSize(240);
    }

    @Test
    void boundsWhatAHostCanInventForASlot() {
        List<JailFigures> first = invented(hour, 600);
        assertThat(figures.store(host, first)).isZero();
        assertThat(figures.store(host, invented(hour, 600))).isEqualTo(200);
        assertThat(rows("figure")).hasSize(1_000);
        assertThat(figures.store(host, first))
                .as("those that are stored can come again")
                .isZero();
        assertThat(figures.store(host, invented(hour.plus(JailFigures.SLOT), 1_100)))
                .as("in one batch")
                .isEqualTo(100);
    }

    @Test
    void boundsWhatAHostCanInventForADay() {
        Instant yesterday = Instant.now().truncatedTo(ChronoUnit.DAYS).minus(Duration.ofDays(1));
        List<JailFigures> sent = new ArrayList<>();
        for (int slot = 0; slot < 10; slot++) {
            sent.addAll(invented(yesterday.plus(JailFigures.SLOT.multipliedBy(slot)), 400));
        }
        assertThat(figures.store(host, sent.subList(0, 3_000))).isZero();
        // Once a day is full, each slot has as many as one with a restart: 4 of 400, sent at once or not.
        assertThat(figures.store(host, sent.subList(2_400, 3_600))).isEqualTo(200 + 396);
        assertThat(figures.store(host, sent.subList(3_600, 4_000))).isEqualTo(396);
        assertThat(rows("figure")).hasSize(3_000 + 4 + 4);
        assertThat(figures.store(host, invented(yesterday.plus(Duration.ofDays(1)), 400)))
                .as("the next day")
                .isZero();
    }

    private List<JailFigures> invented(Instant slot, int runs) {
        List<JailFigures> invented = new ArrayList<>();
        for (int i = 0; i < runs; i++) {
            invented.add(new JailFigures(
                    jail, UUID.randomUUID(), slot, 1, Map.of(Metric.CPU_TIME, new Counter(0, 1)), Map.of()));
        }
        return invented;
    }

    @Test
    void partitionsAreAddedWhileSomebodyReadsThoseThatAreOld() throws SQLException {
        LocalDate today = LocalDate.now(ZoneOffset.UTC);
        partitions.maintain();
        try (Connection dump =
                DriverManager.getConnection(database.getJdbcUrl(), database.getUsername(), database.getPassword())) {
            dump.setAutoCommit(false);
            try (Statement read = dump.createStatement()) {
                read.execute("SELECT count(*) FROM figure");
            }
            maintain(today.plusDays(3));
            assertThat(partitions("figure")).contains(name(today.plusDays(10)), name(today.minusDays(35)));
        }
        maintain(today.plusDays(3));
        assertThat(partitions("figure")).doesNotContain(name(today.minusDays(35)));
        partitions.maintain();
    }

    @Test
    void partitionsAreAddedInAdvanceAndDroppedWhenTheyAreOld() {
        LocalDate today = LocalDate.now(ZoneOffset.UTC);
        partitions.maintain();
        assertThat(partitions("figure")).contains(name(today.plusDays(7)), name(today.minusDays(35)));

        store(slot(0, 0, 100, 10));
        maintain(today.plusDays(33));
        assertThat(rows("figure")).hasSize(1);
        assertThat(partitions("figure")).contains(name(today.plusDays(40))).doesNotContain(name(today.minusDays(3)));
        maintain(today.plusDays(36));
        assertThat(rows("figure")).isEmpty();
        assertThat(rows("figure_hour")).hasSize(1);
        maintain(today.plusYears(2).minusMonths(1));
        assertThat(rows("figure_hour")).hasSize(1);
        maintain(today.plusYears(2).plusMonths(3));
        assertThat(rows("figure_hour")).as("kept until their month is sealed").hasSize(1);
        partitions.maintain();
    }

    /** The policies of a table do not apply to whoever names one of its partitions. */
    @Test
    void whoeverNamesAPartitionSeesNothing() {
        store(slot(0, 0, 100, 10));
        List<String> all = new ArrayList<>(partitions("figure"));
        all.addAll(partitions("figure_hour"));
        assertThat(all).hasSizeGreaterThan(40);
        assertThat(seen(RowAccess.everything(), "figure")).isPositive();
        for (String partition : all) {
            assertThat(seen(RowAccess.everything(), partition)).as(partition).isZero();
            assertThat(seen(RowAccess.nothing(), partition)).as(partition).isZero();
        }
    }

    private long seen(RowAccess access, String table) {
        return TestThreads.<Long, RuntimeException>asServer(() -> access.call(() ->
                jdbc.sql("SELECT count(*) FROM " + table).query(Long.class).single()));
    }

    private void maintain(LocalDate today) {
        jdbc.sql("SELECT maintain_figure_partitions(?)").param(today).query().listOfRows();
    }

    private List<String> partitions(String table) {
        return jdbc.sql("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = ?::regclass")
                .param(table)
                .query((row, _) -> row.getString(1))
                .list();
    }

    private static String name(LocalDate day) {
        return "figure_" + day.toString().replace("-", "");
    }

    private void store(JailFigures... sent) {
        assertThat(figures.store(host, List.of(sent))).isZero();
    }

    private JailFigures slot(int number, long first, long last, long memory) {
        return new JailFigures(
                jail,
                run,
                hour.plus(JailFigures.SLOT.multipliedBy(number)),
                30,
                Map.of(Metric.CPU_TIME, new Counter(first, last)),
                Map.of(Metric.MEMORY, new Gauge(memory - 1, memory, memory + 1, memory)));
    }

    private static JailFigures with(int samples, JailFigures of) {
        return new JailFigures(of.jail(), of.run(), of.slot(), samples, of.counters(), of.gauges());
    }

    private static JailFigures at(Instant slot, JailFigures of) {
        return new JailFigures(of.jail(), of.run(), slot, of.samples(), of.counters(), of.gauges());
    }

    private List<Map<String, Object>> rows(String table) {
        return jdbc.sql("SELECT * FROM " + table + " WHERE jail_id = ? ORDER BY slot, run")
                .param(jail.value())
                .query((row, _) -> Map.<String, Object>of(
                        "slot", row.getTimestamp("slot").toInstant(),
                        "first", row.getLong("cpu_time_first"),
                        "last", row.getLong("cpu_time_last"),
                        "minimum", row.getLong("memory_minimum"),
                        "mean", row.getLong("memory_mean"),
                        "maximum", row.getLong("memory_maximum"),
                        "samples", row.getInt("samples")))
                .list();
    }
}
