package dev.bailiwick.server.figure;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.named;
import static dev.bailiwick.server.Fleet.somebodyOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.authentication;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.ResultActions;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A jail, and what its host says that it used. */
@ServerTest
abstract class WithFigures {

    @Autowired
    Figures figures;

    @Autowired
    Jails jails;

    @Autowired
    JdbcClient jdbc;

    @Autowired
    JsonMapper json;

    @Autowired
    MockMvc mvc;

    @Autowired
    Fleet.Fixtures fixtures;

    /** The beginning of the current month. */
    final Instant month =
            YearMonth.now(ZoneOffset.UTC).atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant();

    final UUID run = UUID.randomUUID();
    HostId host = new HostId(UUID.randomUUID());
    CustomerId customer = new CustomerId(UUID.randomUUID());
    JailId jail = new JailId(UUID.randomUUID());

    @BeforeEach
    void makeAJail() {
        host = fixtures.connectedHostWithPool();
        customer = fixtures.customer();
        jail = jails.define(OPERATOR, new NewJail(customer, Optional.of(host), Optional.of("order-1"), named("web")))
                .id();
    }

    /** Returns what both customers used, as staff sees it. */
    List<String> ofOurs(YearMonth month, CustomerId next) throws Exception {
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

    ResultActions page(Caller caller, String query) throws Exception {
        return mvc.perform(get("/jails/" + jail + "/figures" + query)
                .with(authentication(new TestingAuthenticationToken(caller, null, Fleet.authority(caller)))));
    }

    /** Some hours ago; in the current month, unless that has just begun. */
    static Instant recent() {
        return Instant.now().truncatedTo(ChronoUnit.HOURS).minus(Duration.ofHours(5));
    }

    void insertHour(CustomerId whose, Instant hour, int samples, long first, long last) {
        jdbc.sql("""
                        INSERT INTO figure_hour (jail_id, customer_id, run, slot, samples, cpu_time_first, cpu_time_last)
                        VALUES (?, ?, ?, ?, ?, ?, ?)
                        """)
                .params(jail.value(), whose.value(), run, Timestamp.from(hour), samples, first, last)
                .update();
    }

    long total() throws Exception {
        long previous = total(YearMonth.now(ZoneOffset.UTC).minusMonths(1));
        return previous + total(YearMonth.now(ZoneOffset.UTC));
    }

    long total(YearMonth month) throws Exception {
        return usage(somebodyOf(customer), "?period=" + month)
                .andExpect(status().isOk())
                .andReturn()
                .getResponse()
                .getContentAsString()
                .lines()
                .mapToLong(line -> json.readTree(line).at("/used/cpuTime").asLong())
                .sum();
    }

    List<JsonNode> lines(Caller caller, String group) throws Exception {
        return usage(caller, "?period=" + YearMonth.from(recent().atZone(ZoneOffset.UTC)) + "&groupBy=" + group)
                .andExpect(content().contentTypeCompatibleWith("application/x-ndjson"))
                .andReturn()
                .getResponse()
                .getContentAsString()
                .lines()
                .map(json::readTree)
                .toList();
    }

    ResultActions usage(Caller caller, String query) throws Exception {
        return mvc.perform(get("/api/v1/usage" + query)
                .with(authentication(new TestingAuthenticationToken(caller, null, Fleet.authority(caller)))));
    }

    ResultActions metrics(Caller caller, String query) throws Exception {
        return mvc.perform(get("/api/v1/jails/" + jail + "/metrics" + query)
                .with(authentication(new TestingAuthenticationToken(caller, null, Fleet.authority(caller)))));
    }

    void store(JailFigures one) {
        assertThat(figures.store(host, List.of(one))).isZero();
    }

    JailFigures slot(Instant at, UUID of, long first, long last) {
        return new JailFigures(
                jail,
                of,
                at,
                30,
                Map.of(Metric.CPU_TIME, new Counter(first, last)),
                Map.of(Metric.MEMORY, new Gauge(9, 10, 12, 11)));
    }
}
