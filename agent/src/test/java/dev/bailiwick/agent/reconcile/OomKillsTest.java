package dev.bailiwick.agent.reconcile;

import static dev.bailiwick.agent.reconcile.Definitions.id;
import static dev.bailiwick.agent.reconcile.Definitions.kept;
import static dev.bailiwick.agent.reconcile.Definitions.state;
import static dev.bailiwick.agent.reconcile.Definitions.stopped;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.report.OomKills;
import dev.bailiwick.jail.report.Phase;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class OomKillsTest {

    private final SimulatedHost host = SimulatedHost.startedWith(state(1, kept(1)));

    private OomKills kills(long count) {
        return new OomKills(count, OomKills.ShortOf.HOST, List.of(), 1 << 30, host.clock.instant());
    }

    @Test
    void areReportedForAnHour() {
        OomKills kills = kills(1);
        host.kernel.killForMemory(id(1), kills);
        host.workers.work();

        assertThat(host.reasons(id(1))).containsExactly("OomKilled");
        assertThat(host.last(id(1)).oomKills()).hasValue(kills);
        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.RUNNING);
        host.pass(Duration.ofMinutes(59));
        assertThat(host.reasons(id(1))).containsExactly("OomKilled");
        host.pass(Duration.ofMinutes(1));
        assertThat(host.reasons(id(1))).isEmpty();
        assertThat(host.last(id(1)).oomKills()).isEmpty();
    }

    /** Both conditions have the same words. */
    @Test
    void areReportedAgainAfterMoreKills() {
        host.kernel.killForMemory(id(1), kills(1));
        host.workers.work();
        int before = host.reports.size();
        host.pass(Duration.ofMinutes(10));

        OomKills more = kills(1);
        host.kernel.killForMemory(id(1), more);
        host.workers.work();

        assertThat(host.reports).hasSize(before + 1);
        assertThat(host.last(id(1)).oomKills()).hasValue(more);
    }

    @Test
    void areReportedOfAStoppedJail() {
        host.kernel.killForMemory(id(1), kills(3));
        host.accept(state(2, stopped(1, 2)));

        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.STOPPED);
        assertThat(host.reasons(id(1))).containsExactly("OomKilled");
        host.pass(Duration.ofHours(1));
        assertThat(host.reasons(id(1))).isEmpty();
    }

    @Test
    void ofUnknownJailsAreNotReported() {
        host.kernel.killForMemory(id(2), kills(1));
        host.workers.work();

        assertThat(host.reports).noneMatch(report -> report.jail().equals(id(2)));
    }
}
