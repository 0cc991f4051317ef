package dev.bailiwick.server.jail;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.named;
import static dev.bailiwick.server.Fleet.report;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bailiwick.jail.desired.DesiredJail.FilesFate;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.jail.report.Report;
import dev.bailiwick.server.jail.timeline.ChangeTimeline;
import dev.bailiwick.server.jail.timeline.Delivery;
import dev.bailiwick.server.jail.view.JailView;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How long a host takes for a change, step by step. */
class ChangeTimelineTest extends ReportingHost {

    @Test
    void saysHowMuchAHostHasYetToDoAndHowLongThatTakes() {
        JailView done = define(named("web"));
        define(named("db"));
        define(named("mail"));
        assertThat(hosts.backlog(host).waiting()).isEqualTo(3);
        assertThat(hosts.backlog(host).estimate())
                .as("the host has not finished a jail yet")
                .isEmpty();

        reports.apply(host, List.of(report(done.id(), 1, Phase.RUNNING, Instant.now())));

        assertThat(hosts.backlog(host).waiting()).isEqualTo(2);
        assertThat(hosts.backlog(host).estimate()).contains(Duration.ofSeconds(20));
    }

    @Test
    void keepsWhereTheTimeWentWithTheStepsItLedTo() {
        JailView jail = define(named("web"));
        List<Delivery> deliveries = List.of(
                new Delivery(1, Instant.now().plusSeconds(1), System.nanoTime() + 1_000_000_000L, 10, 20),
                new Delivery(2, NOW, System.nanoTime(), 30, 40));

        reports.apply(host, List.of(ran(jail, 0, "exec")), deliveries);
        ChangeTimeline timeline =
                jails.find(OPERATOR, jail.id()).status().timeline().orElseThrow();
        assertThat(timeline.commitMicros()).isPositive();
        assertThat(timeline.pushMicros()).isEqualTo(10);
        assertThat(timeline.acceptMicros()).isEqualTo(20);
        assertThat(jdbc.sql("""
                        SELECT (timeline ->> 'acceptMicros')::bigint FROM jail_change_timing
                        WHERE jail_id = ? AND generation = 1 AND stored_at IS NULL
                        """).param(jail.id().value()).query(Long.class).optional())
                .as("what a server that is started again reads")
                .contains(20L);

        reports.apply(host, List.of(ran(jail, 0, "exec")));
        assertThat(jails.find(OPERATOR, jail.id()).status().timeline())
                .as("reported again after a reconnect")
                .contains(timeline);

        reports.apply(host, List.of(ran(jail, 1, "another")), deliveries);
        assertThat(jails.find(OPERATOR, jail.id()).status().timeline())
                .as("a start after a crash, which nobody requested")
                .isEmpty();

        actions.stop(OPERATOR, jail.id());
        reports.apply(host, List.of(told(jail, 2, Phase.STOPPING, 0, "terminate")), deliveries);
        reports.apply(host, List.of(told(jail, 2, Phase.STOPPED, 0, "release")), deliveries);
        assertThat(jails.find(OPERATOR, jail.id())
                        .status()
                        .timeline()
                        .orElseThrow()
                        .acceptMicros())
                .as("a stop that is reported before it ends")
                .isEqualTo(40);
    }

    @Test
    void keepsTheStepsOfARestartAsOneChange() {
        JailView jail = define(named("web"));
        reports.apply(host, List.of(ran(jail, 0, "exec")));
        actions.restart(OPERATOR, jail.id());

        reports.apply(
                host,
                List.of(told(jail, 1, Phase.STOPPING, 0, "terminate")),
                List.of(new Delivery(2, NOW, System.nanoTime(), 30, 40)));
        assertThat(jails.find(OPERATOR, jail.id()).settled())
                .as("the previous generation is still being stopped")
                .isFalse();

        reports.apply(
                host,
                List.of(told(jail, 2, Phase.RUNNING, 0, "exec")),
                List.of(new Delivery(2, NOW, System.nanoTime(), 30, 40)));
        JailView restarted = jails.find(OPERATOR, jail.id());
        assertThat(restarted.settled()).isTrue();
        assertThat(restarted.status().timeline().orElseThrow().acceptMicros()).isEqualTo(40);
    }

    @Test
    void keepsTheTimelineOfTheStepsThroughAChangeThatHasNone() {
        JailView jail = define(named("web"));
        List<Delivery> deliveries = List.of(new Delivery(1, NOW, System.nanoTime(), 10, 20));
        reports.apply(host, List.of(ran(jail, 0, "exec")), deliveries);
        ChangeTimeline timeline =
                jails.find(OPERATOR, jail.id()).status().timeline().orElseThrow();

        jails.redefine(OPERATOR, jail.id(), 1, named("site"));
        reports.apply(host, List.of(told(jail, 2, Phase.RUNNING, 0, "exec")), deliveries);

        JailView renamed = jails.find(OPERATOR, jail.id());
        assertThat(renamed.status().generation()).isEqualTo(2);
        assertThat(renamed.status().timeline()).contains(timeline);
    }

    @Test
    void keepsNoTimelineOfAStartThatNobodyAskedFor() {
        JailView jail = define(named("web"));
        List<Delivery> deliveries = List.of(new Delivery(1, NOW, System.nanoTime(), 10, 20));
        reports.apply(host, List.of(ran(jail, 0, "exec")), deliveries);

        reports.apply(host, List.of(ran(jail, 0, "exec after the host was off")), deliveries);

        assertThat(jails.find(OPERATOR, jail.id()).status().timeline()).isEmpty();
        assertThat(timedChanges(jail)).isZero();
    }

    @Test
    void storesWhenAChangeWasMadeForTheReplicaThatHearsOfItsEnd() {
        JailView jail = define(named("web"));

        await().untilAsserted(() -> assertThat(timedChanges(jail)).isOne());

        actions.retire(OPERATOR, jail.id(), FilesFate.DELETED);
        reports.apply(host, List.of(told(jail, 2, Phase.REMOVED, 0, "release")));
        assertThat(timedChanges(jail)).as("it is deleted with the jail").isZero();
    }

    private long timedChanges(JailView jail) {
        return jdbc.sql("SELECT count(*) FROM jail_change_timing WHERE jail_id = ?")
                .param(jail.id().value())
                .query(Long.class)
                .single();
    }

    private static Report ran(JailView jail, int restarts, String step) {
        return told(jail, 1, Phase.RUNNING, restarts, step);
    }
}
