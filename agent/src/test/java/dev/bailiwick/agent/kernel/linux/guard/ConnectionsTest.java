package dev.bailiwick.agent.kernel.linux.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.linux.NeedsRoot;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Limits of the connections that the host tracks for a jail: who fills them fills only its own, in both families together. */
@NeedsRoot
class ConnectionsTest {

    /** Connections of other tries, and those that begin before the kernel counts the last ones. */
    private static final int MORE = 60;

    private static List<String> said = List.of();

    @BeforeAll
    static void run() throws Exception {
        said = TrialRun.said(ConnectionTrials.class, "limits", "");
    }

    private static Map<String, String> section(String name) {
        return TrialRun.section(said, name);
    }

    private static int tracked(String flood) {
        return Integer.parseInt(section("flood").get(flood));
    }

    @Test
    void aFloodFillsOnlyTheShareOfItsJail() {
        assertThat(tracked("v4")).isBetween(ConnectionTrials.LIMIT - MORE, ConnectionTrials.LIMIT + MORE);
        assertThat(tracked("v6")).as("of the same share").isLessThan(MORE);
        assertThat(section("filled")).hasSize(6).values().doesNotContain("reached");
        assertThat(section("neighbour")).hasSize(6).values().containsOnly("reached");
        assertThat(tracked("unlimited")).as("without a limit").isGreaterThanOrEqualTo(ConnectionTrials.FLOOD);
        assertThat(section("unlimited")).hasSize(6).values().containsOnly("reached");
    }

    @Test
    void connectionsThatOthersOpenCountToo() {
        assertThat(tracked("to")).isBetween(ConnectionTrials.LIMIT - MORE, ConnectionTrials.LIMIT + MORE);
        assertThat(section("filled-from-beyond")).hasSize(6).values().doesNotContain("reached");
    }

    @Test
    void otherPoolsForgetNothing() {
        assertThat(section("other-pools")).hasSize(6).values().doesNotContain("reached");
        assertThat(section("other-pools-neighbour")).hasSize(6).values().containsOnly("reached");
    }

    @Test
    void theNextAgentTakesOverTheTableOfAnEarlierVersion() {
        assertThat(section("earlier-table"))
                .as("its owners are not named yet")
                .hasSize(6)
                .values()
                .containsOnly("reached");
    }

    @Test
    void theNextAgentHoldsToWhatWasCounted() {
        assertThat(section("next-agent")).hasSize(6).values().doesNotContain("reached");
        assertThat(section("next-agent-neighbour")).hasSize(6).values().containsOnly("reached");
    }

    @Test
    void limitsChangeAtOnceAndTheirSetsEndWithThem() {
        assertThat(section("more")).hasSize(6).values().containsOnly("reached");
        assertThat(section("without")).hasSize(6).values().containsOnly("reached");
        assertThat(section("sets").get("used"))
                .contains("ofAll=[tracked_" + HostNetwork.MAX_CONNECTIONS + "]", "own=[2000]");
    }

    @Test
    void theKernelTracksConnectionsHoweverOftenTheTableIsWritten() {
        assertThat(section("after-restarts")).hasSize(6).values().containsOnly("reached");
    }

    @Test
    void whoGetsTheLinkOfAJailThatIsGoneGetsAWholeShare() {
        assertThat(section("before-handed-on")).hasSize(6).values().doesNotContain("reached");
        assertThat(section("handed-on")).hasSize(6).values().containsOnly("reached");
    }
}
