package dev.bailiwick.server.figure;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.named;
import static dev.bailiwick.server.Fleet.somebodyOf;
import static dev.bailiwick.server.Sealing.awaitSealed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.authentication;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.header;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import dev.bailiwick.jail.figure.JailFigures;
import dev.bailiwick.jail.figure.JailFigures.Counter;
import dev.bailiwick.jail.figure.Metric;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
import dev.bailiwick.server.jail.intent.JailEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.transaction.support.TransactionTemplate;

/** What a jail used over time, by the API and on its page. */
class MetricsTest extends WithFigures {

    @Autowired
    private Audit audit;

    @Autowired
    private TransactionTemplate transactions;

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

    @Test
    void marksStartsChangesAndKilledProcesses() throws Exception {
        Instant at = Instant.ofEpochSecond(Instant.now().getEpochSecond() / 300 * 300)
                .minus(JailFigures.SLOT.multipliedBy(3));
        store(slot(at, run, 0, 700));
        store(slot(at.plus(JailFigures.SLOT), run, 700, 900));
        // The jail was restarted, and the kernel killed some of it.
        store(new JailFigures(
                jail,
                UUID.randomUUID(),
                at.plus(JailFigures.SLOT.multipliedBy(2)),
                30,
                Map.of(Metric.CPU_TIME, new Counter(0, 50), Metric.OOM_KILLS, new Counter(0, 2)),
                Map.of()));
        jails.redefine(OPERATOR, jail, 1, named("web2"));
        List<String> expected = List.of(
                "started 1 " + at,
                "started 1 " + at.plus(JailFigures.SLOT.multipliedBy(2)),
                "oomKilled 2 " + at.plus(JailFigures.SLOT.multipliedBy(2)),
                "changed 1");

        // The event is sealed soon after the change.
        await().untilAsserted(() -> assertThat(json.readTree(metrics(somebodyOf(customer), "")
                                .andReturn()
                                .getResponse()
                                .getContentAsString())
                        .at("/markers")
                        .valueStream()
                        .map(marker -> marker.at("/kind").asString() + " "
                                + marker.at("/count").asLong()
                                + (marker.at("/kind").asString().equals("changed")
                                        ? ""
                                        : " " + marker.at("/at").asString())))
                .isEqualTo(expected));
        assertThat(page(somebodyOf(customer), "").andReturn().getResponse().getContentAsString())
                .contains("2 processes were killed for lack of memory", "Definition changed", ">Started<");
    }

    @Test
    void marksAChangeBeforeManyOtherEvents() throws Exception {
        jails.redefine(OPERATOR, jail, 1, named("web2"));
        transactions.executeWithoutResult(_ -> {
            for (int i = 0; i < 600; i++) {
                audit.record(
                        OPERATOR.actor(),
                        Subject.of("jail", jail).visibleTo(customer.value()),
                        new JailEvent.Started(2));
            }
        });
        awaitSealed(jdbc);

        metrics(somebodyOf(customer), "")
                .andExpect(jsonPath("$.markers.length()").value(1))
                .andExpect(jsonPath("$.markers[0].kind").value("changed"));
    }

    @Test
    void hasTheFiguresOfThePageAsAFile() throws Exception {
        Instant at = Instant.ofEpochSecond(Instant.now().getEpochSecond() / 300 * 300)
                .minus(JailFigures.SLOT);
        store(slot(at, run, 0, 700));

        page(somebodyOf(customer), "/csv?range=hours")
                .andExpect(status().isOk())
                .andExpect(header().string("Content-Disposition", "attachment; filename=\"web-hours.csv\""))
                .andExpect(content()
                        .string("at,cpuTime,memory.minimum,memory.mean,memory.maximum,memory.p95\r\n" + at
                                + ",700,9,10,12,11\r\n"));
        page(somebodyOf(fixtures.customer()), "/csv").andExpect(status().isNotFound());
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
}
