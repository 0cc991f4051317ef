package dev.bailiwick.server.figure;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.somebodyOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.authentication;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import dev.bailiwick.jail.figure.HostFigures;
import dev.bailiwick.jail.figure.HostMetric;
import dev.bailiwick.jail.figure.JailFigures;
import dev.bailiwick.jail.figure.JailFigures.Counter;
import dev.bailiwick.jail.figure.JailFigures.Gauge;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.account.Caller;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.test.web.servlet.ResultActions;

/** What a host and its jails together used over time, by the API and on its page. */
class HostMetricsTest extends WithFigures {

    @Autowired
    private HostFigureRows rows;

    @Test
    void showsWhatAHostUsedOverTime() throws Exception {
        // The slot between them was lost: its use is shown in the next one. They come late and twice.
        HostFigures first = slot(recent(), run, 1_000, 1_700, 10);
        HostFigures third = slot(recent().plus(JailFigures.SLOT.multipliedBy(2)), run, 1_900, 2_000, 40);
        figures.storeOfHost(host, List.of(third));
        figures.storeOfHost(host, List.of(first, third));
        // Another agent begins again.
        figures.storeOfHost(
                host, List.of(slot(recent().plus(JailFigures.SLOT.multipliedBy(3)), UUID.randomUUID(), 0, 50, 10)));

        ofHost(OPERATOR, "?step=PT5M&from=" + recent())
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.step").value("PT5M"))
                .andExpect(jsonPath("$.metrics.length()").value(2))
                .andExpect(jsonPath("$.metrics[0].name").value("jailsCpuTime"))
                .andExpect(jsonPath("$.metrics[0].unit").value("microseconds"))
                .andExpect(jsonPath("$.metrics[0].points.length()").value(3))
                .andExpect(jsonPath("$.metrics[0].points[0].at").value(recent().toString()))
                .andExpect(jsonPath("$.metrics[0].points[0].used").value(700))
                .andExpect(jsonPath("$.metrics[0].points[1].used").value(300))
                .andExpect(jsonPath("$.metrics[0].points[2].used").value(50))
                .andExpect(jsonPath("$.metrics[1].name").value("jailsMemory"))
                .andExpect(jsonPath("$.metrics[1].points[1].mean").value(40));
        ofHost(OPERATOR, "?step=PT1H&from=" + recent())
                .andExpect(jsonPath("$.metrics[0].points.length()").value(1))
                .andExpect(jsonPath("$.metrics[0].points[0].used").value(1_050))
                .andExpect(jsonPath("$.metrics[1].points[0].mean").value(20))
                .andExpect(jsonPath("$.metrics[1].points[0].minimum").value(9))
                .andExpect(jsonPath("$.metrics[1].points[0].maximum").value(41));
        ofHost(OPERATOR, "?step=PT5M&format=csv&to=" + recent().plus(JailFigures.SLOT))
                .andExpect(content()
                        .string(
                                "at,jailsCpuTime,jailsMemory.minimum,jailsMemory.mean,jailsMemory.maximum,jailsMemory.p95\r\n"
                                        + recent() + ",700,9,10,11,10\r\n"));
    }

    @Test
    void isForStaffOnly() throws Exception {
        ofHost(somebodyOf(customer), "").andExpect(status().is4xxClientError());
        of(somebodyOf(customer), "/hosts/" + host + "/figures").andExpect(status().is4xxClientError());
        of(OPERATOR, "/api/v1/hosts/" + UUID.randomUUID() + "/metrics").andExpect(status().isNotFound());
        ofHost(OPERATOR, "?step=PT7M").andExpect(status().isUnprocessableContent());
    }

    @Test
    void showsWhatAHostHasPromisesAndUsesNow() throws Exception {
        Instant at = Instant.ofEpochSecond(Instant.now().getEpochSecond() / 300 * 300)
                .minus(JailFigures.SLOT);
        figures.storeOfHost(
                host,
                List.of(new HostFigures(
                        run,
                        at,
                        30,
                        Map.of(
                                HostMetric.CPU_TIME, new Counter(0, 150_000_000),
                                HostMetric.JAILS_CPU_TIME, new Counter(0, 75_000_000),
                                HostMetric.JAILS_OOM_KILLS, new Counter(0, 3)),
                        Map.of(HostMetric.LOAD, new Gauge(125, 125, 125, 125)))));

        assertThat(of(OPERATOR, "/hosts/" + host + "/figures")
                        .andExpect(status().isOk())
                        .andReturn()
                        .getResponse()
                        .getContentAsString())
                .contains(">50.00 %</td>", ">25.00 %</td>", "data-value=\"1.25\"")
                .contains("3 processes were killed for lack of memory");
        of(OPERATOR, "/hosts/" + host + "/figures/csv").andExpect(status().isOk());
    }

    @Test
    void boundsWhatAHostCanInventAndDeletesWhatIsOld() {
        List<HostFigures> invented = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            invented.add(slot(recent(), UUID.randomUUID(), 0, 1, 10));
        }
        Instant now = Instant.ofEpochSecond(Instant.now().getEpochSecond() / 300 * 300);
        invented.add(slot(now.minus(Duration.ofDays(36)), run, 0, 1, 10));
        invented.add(slot(now.plus(Duration.ofHours(1)), run, 0, 1, 10));
        figures.storeOfHost(host, invented);
        assertThat(count("host_figure")).isEqualTo(20);
        jdbc.sql("UPDATE host_figure SET slot = slot - interval '36 days' WHERE host_id = ?")
                .param(host.value())
                .update();
        assertThat(count("host_figure_hour")).isEqualTo(20);
        rows.deleteOld();
        assertThat(count("host_figure")).isZero();
        assertThat(count("host_figure_hour")).isEqualTo(20);

        jdbc.sql("UPDATE host_figure_hour SET slot = ? WHERE host_id = ?")
                .params(Timestamp.from(Instant.parse("2020-01-01T00:00:00Z")), host.value())
                .update();
        rows.deleteOld();
        assertThat(count("host_figure_hour")).isZero();
    }

    private long count(String table) {
        return jdbc.sql("SELECT count(*) FROM " + table + " WHERE host_id = ?")
                .param(host.value())
                .query(Long.class)
                .single();
    }

    private static HostFigures slot(Instant at, UUID run, long first, long last, long memory) {
        return new HostFigures(
                run,
                at,
                30,
                Map.of(HostMetric.JAILS_CPU_TIME, new Counter(first, last)),
                Map.of(HostMetric.JAILS_MEMORY, new Gauge(memory - 1, memory, memory + 1, memory)));
    }

    private ResultActions ofHost(Caller caller, String query) throws Exception {
        return of(caller, "/api/v1/hosts/" + host + "/metrics" + query);
    }

    private ResultActions of(Caller caller, String path) throws Exception {
        return mvc.perform(
                get(path).with(authentication(new TestingAuthenticationToken(caller, null, Fleet.authority(caller)))));
    }
}
