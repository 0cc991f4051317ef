package dev.bailiwick.server.host;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Sealing.awaitSealed;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.host.Histories.Comparison;
import dev.bailiwick.server.host.Histories.Mark;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

@ServerTest
class HistoriesTest {

    @Autowired
    private Histories histories;

    @Autowired
    private Hosts hosts;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private Fleet.Fixtures fixtures;

    private HostId host = new HostId(UUID.randomUUID());

    @BeforeEach
    void makeAHost() {
        host = fixtures.connectedHost();
        for (int i = 0; i < 5; i++) {
            bump(1);
        }
    }

    private void bump(long by) {
        jdbc.sql("UPDATE host SET revision = revision + ? WHERE id = ?")
                .params(by, host.value())
                .update();
    }

    private Mark mark(long revision) {
        return jdbc.sql("SELECT encode(hash, 'hex') FROM host_revision WHERE host_id = ? AND revision = ?")
                .params(host.value(), revision)
                .query((row, number) -> new Mark(revision, row.getString(1)))
                .single();
    }

    private long revision() {
        return hosts.find(host).orElseThrow().revision();
    }

    @Test
    void knowsWhatItHasHad() {
        assertThat(mark(5).hash()).hasSize(64).isNotEqualTo(mark(4).hash());
        assertThat(histories.compare(host, 3, List.of(mark(3), mark(1)), true)).isEqualTo(new Comparison.Same());
        assertThat(histories.compare(host, 0, List.of(), true)).isEqualTo(new Comparison.Same());
        assertThat(histories.compare(host, 4, List.of(), false))
                .as("from an earlier agent")
                .isEqualTo(new Comparison.Same());
        assertThat(histories.branch(host)).isEmpty();
        assertThat(revision()).isEqualTo(5);
    }

    /** By its number alone, this host would lack only one change. */
    @Test
    void seesThatTheTwoHaveDivergedThoughTheNumbersFit() {
        Mark lost = new Mark(4, "00".repeat(32));
        assertThat(histories.compare(host, 4, List.of(lost, mark(2), mark(1)), true))
                .isEqualTo(new Comparison.Diverged(2));
        assertThat(revision()).isEqualTo(6);
        awaitSealed(jdbc);
        assertThat(jdbc.sql(
                                "SELECT count(*) FROM audit_event WHERE action = 'host.history-diverged' AND subject_id = ?")
                        .param(host.toString())
                        .query(Long.class)
                        .single())
                .isOne();
        assertThat(hosts.find(host).orElseThrow().agreement()).isEqualTo(new Host.Agreement(true, 0));

        histories.close(OPERATOR.actor(), host);
        assertThat(hosts.find(host).orElseThrow().agreement()).isEqualTo(Host.Agreement.FULL);
    }

    @Test
    void goesOnAboveAHostThatIsAhead() {
        assertThat(histories.compare(host, 40, List.of(new Mark(40, "00"), mark(5)), true))
                .isEqualTo(new Comparison.Diverged(5));
        assertThat(revision()).isEqualTo(41);
        assertThat(histories.branch(host)).hasValueSatisfying(branch -> {
            assertThat(branch.hostRevision()).isEqualTo(40);
            assertThat(branch.serverRevision()).isEqualTo(5);
        });
    }

    @Test
    void leavesAnEarlierAgentToRefuseWhatRunsBackwardsAndSaysSo() {
        assertThat(histories.compare(host, 40, List.of(), false)).isEqualTo(new Comparison.Unknown());
        assertThat(revision()).isEqualTo(5);
        assertThat(histories.branch(host)).isPresent();
    }

    @Test
    void claimsNothingAboutRevisionsThatItKeepsNoMore() {
        Mark old = mark(5);
        bump(4091);
        bump(512);
        assertThat(revision()).isEqualTo(4608);
        assertThat(histories.compare(host, 5, List.of(old), true)).isEqualTo(new Comparison.Unknown());
        assertThat(histories.branch(host)).isEmpty();
    }
}
