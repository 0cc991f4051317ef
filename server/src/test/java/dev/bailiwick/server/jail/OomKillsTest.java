package dev.bailiwick.server.jail;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.named;
import static dev.bailiwick.server.Sealing.awaitSealed;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.report.Condition;
import dev.bailiwick.jail.report.OomKills;
import dev.bailiwick.jail.report.OomKills.LargeProcess;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.jail.report.Report;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.AuditEvent;
import dev.bailiwick.server.jail.view.JailView;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** What becomes of processes that the kernel of a host has killed for lack of memory. */
class OomKillsTest extends ReportingHost {

    @Autowired
    private Audit audit;

    private static final OomKills FIRST = new OomKills(
            2,
            OomKills.ShortOf.JAIL_LIMIT,
            List.of(new LargeProcess("java", 64 << 20), new LargeProcess("sh", 1 << 20)),
            1L << 30,
            NOW);

    private static OomKills after(Duration pause) {
        return new OomKills(
                5, FIRST.shortOf(), FIRST.largest(), 2L << 30, FIRST.at().plus(pause));
    }

    @Test
    void areAnEventOnceAndAConditionAsLongAsTheHostReportsThem() {
        JailView jail = define(named("killed"));

        report(jail, NOW, Optional.of(FIRST));
        report(jail, NOW.plusSeconds(1), Optional.of(FIRST));

        assertThat(events(jail)).singleElement().satisfies(event -> {
            assertThat(event.actor()).isEqualTo("host:" + host);
            assertThat(event.detail())
                    .containsEntry("processes", 2)
                    .containsEntry("shortOf", "jail-limit")
                    .containsEntry("hostAvailable", 1 << 30);
            assertThat(event.detail().get("largest"))
                    .asString()
                    .contains("name=java, memory=67108864", "name=sh, memory=1048576");
        });
        assertThat(audit.after(0, 1000, customer.value()))
                .as("what the customer sees")
                .extracting(AuditEvent::action)
                .contains("jail.oom-killed");
        assertThat(jails.find(OPERATOR, jail.id()).status().conditions())
                .extracting(Condition::reason)
                .containsExactly("OomKilled");

        report(jail, NOW.plusSeconds(2), Optional.empty());
        report(jail, NOW.plusSeconds(3), Optional.of(FIRST));
        assertThat(events(jail)).as("one report of the same kills more").hasSize(1);
    }

    @Test
    void areAtMostOneEventInFiveMinutes() {
        JailView jail = define(named("often"));

        report(jail, NOW, Optional.of(FIRST));
        report(jail, NOW.plusSeconds(299), Optional.of(after(Duration.ofSeconds(299))));
        assertThat(events(jail)).hasSize(1);

        report(jail, NOW.plusSeconds(301), Optional.of(after(Duration.ofSeconds(301))));
        assertThat(events(jail)).hasSize(2);
    }

    @Test
    void areOneEventAlsoOfAHostWhoseClockIsAhead() {
        JailView jail = define(named("ahead"));
        Instant ahead = Instant.now().plus(Duration.ofHours(1));
        OomKills kills = at(ahead);

        report(jail, ahead, Optional.of(kills));
        tenMinutesPass(jail);
        report(jail, ahead.plus(Duration.ofMinutes(10)), Optional.of(kills));
        assertThat(events(jail)).as("reported again after ten minutes").hasSize(1);

        report(jail, ahead.plus(Duration.ofMinutes(11)), Optional.of(at(ahead.plus(Duration.ofMinutes(11)))));
        assertThat(events(jail)).as("others are killed").hasSize(2);
    }

    private static OomKills at(Instant when) {
        return new OomKills(1, FIRST.shortOf(), FIRST.largest(), 1L << 30, when);
    }

    /** Makes what is stored older, because the clock of the server cannot be set. */
    private void tenMinutesPass(JailView jail) {
        jdbc.sql("""
                        UPDATE jail_status SET oom_killed_at = oom_killed_at - interval '10 min',
                            reported_at = reported_at - interval '10 min' WHERE jail_id = :jail
                        """).param("jail", jail.id().value()).update();
    }

    @Test
    void areNoEventOfAJailOfAnotherHost() {
        JailView jail = define(named("foreign"));

        reports.apply(fixtures.connectedHostWithPool(), List.of(report(jail.id(), NOW, Optional.of(FIRST))));

        assertThat(events(jail)).isEmpty();
    }

    private List<AuditEvent> events(JailView jail) {
        awaitSealed(jdbc);
        return audit.latest("jail", jail.id().toString(), 100).stream()
                .filter(event -> event.action().equals("jail.oom-killed"))
                .toList();
    }

    private void report(JailView jail, Instant at, Optional<OomKills> kills) {
        reports.apply(host, List.of(report(jail.id(), at, kills)));
    }

    private static Report report(JailId jail, Instant at, Optional<OomKills> kills) {
        return new Report(
                jail,
                1,
                Phase.RUNNING,
                OptionalInt.of(7),
                0,
                kills.map(OomKills::condition).stream().toList(),
                List.of(),
                at,
                OptionalLong.empty(),
                kills);
    }
}
