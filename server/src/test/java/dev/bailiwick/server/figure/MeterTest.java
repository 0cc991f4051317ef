package dev.bailiwick.server.figure;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.named;
import static dev.bailiwick.server.Fleet.somebodyOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.authentication;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.figure.JailFigures;
import dev.bailiwick.jail.figure.JailFigures.Counter;
import dev.bailiwick.jail.figure.JailFigures.Gauge;
import dev.bailiwick.jail.figure.Metric;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.placement.NewJail;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.ResultActions;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Use that is billed: once, whatever happens to readings on their way; and what a jail used over time. */
@ServerTest
class MeterTest {

    @Autowired
    private Figures figures;

    @Autowired
    private Jails jails;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private JsonMapper json;

    @Autowired
    private MockMvc mvc;

    @Autowired
    private Fleet.Fixtures fixtures;

    /** The beginning of the current month. */
    private final Instant month =
            YearMonth.now(ZoneOffset.UTC).atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant();

    private final UUID run = UUID.randomUUID();
    private HostId host = new HostId(UUID.randomUUID());
    private CustomerId customer = new CustomerId(UUID.randomUUID());
    private JailId jail = new JailId(UUID.randomUUID());

    @BeforeEach
    void makeAJail() {
        host = fixtures.connectedHostWithPool();
        customer = fixtures.customer();
        jail = jails.define(OPERATOR, new NewJail(customer, Optional.of(host), Optional.of("order-1"), named("web")))
                .id();
    }

    @Test
    void readingsThatAreLostLateOrSentAgainAreBilledOnce() throws Exception {
        List<JailFigures> sent = new ArrayList<>();
        for (int slot = 0; slot < 40; slot++) {
            sent.add(slot(
                    recent().plus(JailFigures.SLOT.multipliedBy(slot)), run, slot * 1_000L, slot * 1_000L + 1_000));
        }
        for (int seed = 1; seed <= 6; seed++) {
            jdbc.sql("DELETE FROM figure").update();
            jdbc.sql("DELETE FROM figure_hour").update();
            Random random = new Random(seed);
            List<JailFigures> arriving = new ArrayList<>(sent);
            // Lost ones: never the last, whose use nothing covers yet.
            arriving.removeIf(
                    one -> random.nextInt(3) == 0 && !one.equals(sent.getLast()) && !one.equals(sent.getFirst()));
            arriving.addAll(arriving.subList(0, arriving.size() / 2));
            Collections.shuffle(arriving, random);
            arriving.forEach(this::store);
            assertThat(total()).as("seed " + seed).isEqualTo(40_000);
        }
    }

    @Test
    void eachRunIsBilledFromItsBeginning() throws Exception {
        store(slot(recent(), run, 0, 700));
        UUID next = UUID.randomUUID();
        // The jail was restarted in the same slot, and ran for it and the next one.
        store(slot(recent(), next, 0, 50));
        store(slot(recent().plus(JailFigures.SLOT), next, 50, 90));
        assertThat(total()).isEqualTo(790);
    }

    @Test
    void whatAJailUsedBeforeItsHostCollectedFiguresIsNotBilled() throws Exception {
        store(slot(recent(), run, 1_000_000, 1_000_100));
        assertThat(total()).isEqualTo(100);
    }

    /** An agent that was restarted says again that the run began with 0. */
    @Test
    void aRestartedAgentDoesNotBillTheRunAgain() throws Exception {
        store(slot(recent(), run, 0, 5_000));
        store(slot(recent().plus(Duration.ofHours(2)), run, 0, 6_000));
        store(slot(recent().plus(Duration.ofHours(3)), run, 0, 6_500));
        assertThat(total()).isEqualTo(6_500);
    }

    @Test
    void aRunOverTheEndOfAMonthIsDividedBetweenBoth() throws Exception {
        Instant last = month.minus(JailFigures.SLOT);
        insertHour(customer, month.minus(Duration.ofHours(2)), 30, 0, 400);
        insertHour(customer, month, 30, 0, 1_000);

        assertThat(total(YearMonth.from(last.atZone(ZoneOffset.UTC)))).isEqualTo(400);
        assertThat(total(YearMonth.from(month.atZone(ZoneOffset.UTC)))).isEqualTo(600);
    }

    /** Whoever had the jail for the longer part of the hour. */
    @ParameterizedTest
    @CsvSource({"50, 10", "10, 50"})
    void theHourInWhichAJailChangedItsCustomerIsDividedBetweenBoth(int before, int after) throws Exception {
        CustomerId next = fixtures.customer();
        Instant last = month.minus(Duration.ofHours(1));
        insertHour(customer, last, before, 0, 400);
        insertHour(next, last, after, 400, 500);
        insertHour(next, month, 30, 500, 650);

        YearMonth current = YearMonth.from(month.atZone(ZoneOffset.UTC));
        assertThat(ofOurs(current.minusMonths(1), next)).containsExactlyInAnyOrder(customer + " 400", next + " 100");
        assertThat(ofOurs(current, next)).containsExactly(next + " 150");
    }

    /** Returns what both customers used, as staff sees it. */
    private List<String> ofOurs(YearMonth month, CustomerId next) throws Exception {
        return usage(OPERATOR, "?period=" + month)
                .andReturn()
                .getResponse()
                .getContentAsString()
                .lines()
                .map(json::readTree)
                .map(line -> line.at("/customer").asString() + " "
                        + line.at("/used/cpuTime").asLong())
                .filter(line -> line.startsWith(customer.toString()) || line.startsWith(next.toString()))
                .toList();
    }

    @Test
    void groupsByCustomerExternalIdOrJail() throws Exception {
        JailId second = jails.define(
                        OPERATOR, new NewJail(customer, Optional.of(host), Optional.empty(), named("mail")))
                .id();
        store(slot(recent(), run, 0, 700));
        figures.store(
                host,
                List.of(new JailFigures(
                        second,
                        UUID.randomUUID(),
                        recent(),
                        1,
                        Map.of(Metric.CPU_TIME, new Counter(0, 30)),
                        Map.of())));

        JsonNode whole = lines(somebodyOf(customer), "customer").getFirst();
        assertThat(whole.at("/customer").asString()).isEqualTo(customer.toString());
        assertThat(whole.at("/used/cpuTime").asLong()).isEqualTo(730);
        assertThat(whole.has("jail")).isFalse();
        assertThat(whole.at("/used").has("readBytes")).as("no host measured it").isFalse();
        assertThat(lines(somebodyOf(customer), "externalId"))
                .extracting(line -> line.path("externalId").asString("none") + " "
                        + line.at("/used/cpuTime").asLong())
                .containsExactlyInAnyOrder("order-1 700", "none 30");
        assertThat(lines(somebodyOf(customer), "jail"))
                .extracting(line -> line.at("/jailName").asString() + " "
                        + line.at("/used/cpuTime").asLong())
                .containsExactlyInAnyOrder("web 700", "mail 30");
        assertThat(lines(OPERATOR, "jail"))
                .extracting(line -> line.at("/jail").asString())
                .contains(jail.toString());
        assertThat(lines(somebodyOf(fixtures.customer()), "jail")).isEmpty();
    }

    @Test
    void onlyStaffGetsTheExternalIdsOfCustomers() throws Exception {
        store(slot(recent(), run, 0, 700));
        String external = "C-" + UUID.randomUUID();
        jdbc.sql("UPDATE customer SET external_id = ? WHERE id = ?")
                .params(external, customer.value())
                .update();

        assertThat(lines(OPERATOR, "customer"))
                .extracting(line -> line.path("externalId").asString(""))
                .contains(external);
        assertThat(lines(somebodyOf(customer), "customer"))
                .singleElement()
                .satisfies(line -> assertThat(line.has("externalId")).isFalse());
    }

    @Test
    void billsAJailThatWasRemoved() throws Exception {
        store(slot(recent(), run, 0, 700));
        jdbc.sql("UPDATE jail SET retired_at = now(), files_fate = 'kept' WHERE id = ?")
                .param(jail.value())
                .update();
        jdbc.sql("DELETE FROM jail WHERE id = ?").param(jail.value()).update();

        assertThat(lines(somebodyOf(customer), "jail")).singleElement().satisfies(line -> {
            assertThat(line.at("/used/cpuTime").asLong()).isEqualTo(700);
            assertThat(line.at("/jailName").asString()).isEqualTo("web");
            assertThat(line.at("/externalId").asString()).isEqualTo("order-1");
        });
    }

    @Test
    void showsWhatAJailUsedOverTime() throws Exception {
        store(slot(recent(), run, 0, 700));
        // The slot between them was lost: its use is shown in the next one.
        store(slot(recent().plus(JailFigures.SLOT.multipliedBy(2)), run, 900, 1_000));
        String window = "?from=" + recent().plus(JailFigures.SLOT) + "&to=" + recent().plus(Duration.ofHours(1));

        metrics(somebodyOf(customer), "?from=" + recent() + "&step=PT5M")
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.step").value("PT5M"))
                .andExpect(jsonPath("$.metrics.length()").value(2))
                .andExpect(jsonPath("$.metrics[0].name").value("cpuTime"))
                .andExpect(jsonPath("$.metrics[0].kind").value("counter"))
                .andExpect(jsonPath("$.metrics[0].unit").value("microseconds"))
                .andExpect(jsonPath("$.metrics[0].points.length()").value(2))
                .andExpect(jsonPath("$.metrics[0].points[0].at").value(recent().toString()))
                .andExpect(jsonPath("$.metrics[0].points[0].used").value(700))
                .andExpect(jsonPath("$.metrics[0].points[1].used").value(300))
                .andExpect(jsonPath("$.metrics[1].name").value("memory"))
                .andExpect(jsonPath("$.metrics[1].points[1].p95").value(11));
        // What was used before the window does not count.
        metrics(OPERATOR, window)
                .andExpect(jsonPath("$.metrics[0].points.length()").value(1))
                .andExpect(jsonPath("$.metrics[0].points[0].used").value(300));
        metrics(OPERATOR, "?from=" + recent() + "&step=PT1H")
                .andExpect(jsonPath("$.metrics[0].points[0].used").value(1_000));
        metrics(somebodyOf(fixtures.customer()), "").andExpect(status().isNotFound());
    }

    @Test
    void writesCsv() throws Exception {
        store(slot(recent(), run, 0, 700));
        String expected = "at,cpuTime,memory.minimum,memory.mean,memory.maximum,memory.p95\r\n" + recent()
                + ",700,9,10,12,11\r\n";
        metrics(OPERATOR, "?step=PT5M&format=csv").andExpect(content().string(expected));
        mvc.perform(get("/api/v1/jails/" + jail + "/metrics?step=PT5M")
                        .header("Accept", "text/csv")
                        .with(authentication(
                                new TestingAuthenticationToken(OPERATOR, null, Fleet.authority(OPERATOR)))))
                .andExpect(content().contentTypeCompatibleWith("text/csv"))
                .andExpect(content().string(expected));
    }

    @Test
    void showsChartsAndTheSameAsATable() throws Exception {
        Instant at = Instant.ofEpochSecond(Instant.now().getEpochSecond() / 300 * 300)
                .minus(JailFigures.SLOT);
        store(slot(at, run, 0, 150_000_000));
        String page = page(somebodyOf(customer), "")
                .andExpect(status().isOk())
                .andReturn()
                .getResponse()
                .getContentAsString();
        assertThat(page)
                .contains("data-unit=\"percent\" data-step=\"300\"")
                .contains("data-at=\"" + at.getEpochSecond() + "\"")
                .contains("data-value=\"50.00\">50.00 %")
                .contains("Nothing was measured in this time")
                .contains("range=week");
        page(OPERATOR, "?range=year").andExpect(status().isOk());
        page(OPERATOR, "?range=century").andExpect(status().is4xxClientError());
        page(somebodyOf(fixtures.customer()), "").andExpect(status().isNotFound());
    }

    private ResultActions page(Caller caller, String query) throws Exception {
        return mvc.perform(get("/jails/" + jail + "/figures" + query)
                .with(authentication(new TestingAuthenticationToken(caller, null, Fleet.authority(caller)))));
    }

    @Test
    void namesTheParameterThatIsInvalid() throws Exception {
        for (String query : List.of(
                "from=yesterday",
                "to=2026-11-30",
                "from=2026-11-30T00:00:00Z&to=2026-11-29T00:00:00Z",
                "step=5",
                "step=PT7M",
                "step=PT90M",
                "step=PT0S",
                "step=-PT5M",
                "from=2020-01-01T00:00:00Z&step=PT5M",
                "from=2020-01-01T00:00:00Z&step=PT1H",
                "format=xml")) {
            String first = query.substring(0, query.indexOf('='));
            String named = query.contains("&step") ? "step" : first;
            metrics(OPERATOR, "?" + query)
                    .andExpect(status().isUnprocessableContent())
                    .andExpect(jsonPath("$.errors[0].pointer").value("/" + named));
        }
        for (String query : List.of("period=2026", "period=2020-01", "period=9999-12", "groupBy=host")) {
            usage(OPERATOR, "?" + query)
                    .andExpect(status().isUnprocessableContent())
                    .andExpect(jsonPath("$.errors[0].pointer").value("/" + query.substring(0, query.indexOf('='))));
        }
    }

    /** Some hours ago; in the current month, unless that has just begun. */
    private static Instant recent() {
        return Instant.now().truncatedTo(ChronoUnit.HOURS).minus(Duration.ofHours(5));
    }

    private void insertHour(CustomerId whose, Instant hour, int samples, long first, long last) {
        jdbc.sql("""
                        INSERT INTO figure_hour (jail_id, customer_id, run, slot, samples, cpu_time_first, cpu_time_last)
                        VALUES (?, ?, ?, ?, ?, ?, ?)
                        """)
                .params(jail.value(), whose.value(), run, Timestamp.from(hour), samples, first, last)
                .update();
    }

    private long total() throws Exception {
        long previous = total(YearMonth.now(ZoneOffset.UTC).minusMonths(1));
        return previous + total(YearMonth.now(ZoneOffset.UTC));
    }

    private long total(YearMonth month) throws Exception {
        return usage(somebodyOf(customer), "?period=" + month)
                .andExpect(status().isOk())
                .andReturn()
                .getResponse()
                .getContentAsString()
                .lines()
                .mapToLong(line -> json.readTree(line).at("/used/cpuTime").asLong())
                .sum();
    }

    private List<JsonNode> lines(Caller caller, String group) throws Exception {
        return usage(caller, "?period=" + YearMonth.from(recent().atZone(ZoneOffset.UTC)) + "&groupBy=" + group)
                .andExpect(content().contentTypeCompatibleWith("application/x-ndjson"))
                .andReturn()
                .getResponse()
                .getContentAsString()
                .lines()
                .map(json::readTree)
                .toList();
    }

    private ResultActions usage(Caller caller, String query) throws Exception {
        return mvc.perform(get("/api/v1/usage" + query)
                .with(authentication(new TestingAuthenticationToken(caller, null, Fleet.authority(caller)))));
    }

    private ResultActions metrics(Caller caller, String query) throws Exception {
        return mvc.perform(get("/api/v1/jails/" + jail + "/metrics" + query)
                .with(authentication(new TestingAuthenticationToken(caller, null, Fleet.authority(caller)))));
    }

    private void store(JailFigures one) {
        assertThat(figures.store(host, List.of(one))).isZero();
    }

    private JailFigures slot(Instant at, UUID of, long first, long last) {
        return new JailFigures(
                jail,
                of,
                at,
                30,
                Map.of(Metric.CPU_TIME, new Counter(first, last)),
                Map.of(Metric.MEMORY, new Gauge(9, 10, 12, 11)));
    }
}
