package dev.bailiwick.agent.kernel.linux.guard;

import static dev.bailiwick.agent.kernel.linux.guard.TrialRun.to;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.linux.NeedsRoot;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Who reaches jails by published ports of their host, by TCP and UDP, IPv4 and IPv6, whatever the egress of their pools. */
@NeedsRoot
class PublishedPortsTest {

    private static List<String> said = List.of();

    @BeforeAll
    static void run() throws Exception {
        said = TrialRun.said(PortTrials.class, "ports", "");
    }

    private static Map<String, String> section(String name) {
        return TrialRun.section(said, name);
    }

    private static void publishesAll(String section) {
        assertThat(to(section(section), "masked"))
                .as(section)
                .hasSize(4)
                .values()
                .containsOnly("reached");
        assertThat(to(section(section), "closed"))
                .as(section)
                .hasSize(2)
                .values()
                .containsOnly("reached");
        publishesNothingElse(section);
    }

    private static void publishesNothingElse(String section) {
        assertThat(to(section(section), "none", "closed-udp", "not-of-host", "private"))
                .as(section)
                .hasSize(5)
                .values()
                .doesNotContain("reached");
    }

    @Test
    void leadTheWorldToJailsOfMasqueradedAndClosedPools() {
        assertThat(section("nothing")).hasSize(11).values().doesNotContain("reached");
        publishesAll("published");
    }

    @Test
    void openNothingBesideThem() {
        assertThat(section("unasked")).hasSize(4).values().doesNotContain("reached");
        assertThat(section("out")).hasSize(2).values().doesNotContain("reached");
    }

    @Test
    void areClosedToJails() {
        for (String jail : List.of("masked", "sibling", "other", "closed")) {
            assertThat(section("hairpin-" + jail)).as(jail).hasSize(11).values().doesNotContain("reached");
        }
    }

    @Test
    void areWithdrawnOneByOneAndTogether() {
        assertThat(to(section("one-less"), "masked")).hasSize(4).values().doesNotContain("reached");
        assertThat(to(section("one-less"), "closed")).hasSize(2).values().containsOnly("reached");
        assertThat(section("withdrawn")).hasSize(11).values().doesNotContain("reached");
    }

    @Test
    void holdWithoutAnAgentWithTheNextAndAfterOthersEmptiedTheTable() {
        for (String when : List.of("without-agent", "next-agent", "mended")) {
            publishesAll(when);
        }
    }

    /** The kernel keeps the translation with the connection: the next jail with the address must not get its packets. */
    @Test
    void takeTheirConnectionsWithThem() {
        assertThat(section("flows-published")).hasSize(4).values().containsOnly("reached");
        assertThat(section("flows-withdrawn")).hasSize(4).values().doesNotContain("reached");
        assertThat(section("flows-again")).hasSize(2).values().containsOnly("reached");
        assertThat(section("flows-heir")).hasSize(2).values().doesNotContain("reached");
    }

    @Test
    void waitForAJailThatIsStopped() {
        assertThat(to(section("stopped"), "closed")).hasSize(2).values().doesNotContain("reached");
        assertThat(to(section("stopped"), "masked")).hasSize(4).values().containsOnly("reached");
        publishesAll("started");
    }

    @Test
    void canBeMany() {
        Map<String, String> many = section("many");
        assertThat(many).containsEntry("last/v4", "reached");
        assertThat(many.get("after/v4")).isEqualTo("ECONNREFUSED");
        assertThat(Integer.parseInt(many.get("millis"))).isLessThan(20_000);
    }
}
