package dev.bailiwick.agent.kernel.linux.guard;

import static dev.bailiwick.agent.kernel.linux.guard.TrialRun.to;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.linux.NeedsRoot;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What a jail with several addresses reaches from each of them, what reaches it there, and how they change while it runs. Each by TCP, UDP
 * and ICMP, IPv4 and IPv6. For every denial, the same try succeeds from another place or at another time.
 */
@NeedsRoot
class AddressesOfJailsTest {

    private static List<String> said = List.of();

    @BeforeAll
    static void run() throws Exception {
        said = TrialRun.said(AddressTrials.class, "addresses", "");
    }

    private static Map<String, String> section(String name) {
        return TrialRun.section(said, name);
    }

    @Test
    void eachAddressIsReachedAsItsPoolSays() {
        assertThat(to(section("from-beyond"), "primary", "routed"))
                .hasSize(12)
                .values()
                .containsOnly("reached");
        assertThat(to(section("from-beyond"), "masked", "closed"))
                .hasSize(12)
                .values()
                .doesNotContain("reached");
        for (String near : List.of("from-host", "from-sibling")) {
            assertThat(section(near)).as(near).hasSize(24).values().containsOnly("reached");
        }
        assertThat(section("from-other")).hasSize(24).values().doesNotContain("reached");
    }

    @Test
    void packetsLeaveFromThePrimaryAddressUnlessAProgramChoosesAnotherOneOfTheJail() {
        assertThat(said.stream().filter(line -> line.startsWith("heard ")))
                .containsExactlyInAnyOrder(
                        "heard mark-unchosen-v4 from ::ffff:198.19.0.7",
                        "heard mark-unchosen-v6 from fdb1:19::7",
                        "heard mark-198.19.0.7 from ::ffff:198.19.0.7",
                        "heard mark-fdb1:19::7 from fdb1:19::7",
                        "heard mark-198.19.0.17 from ::ffff:198.19.0.17",
                        "heard mark-fdb1:19::17 from fdb1:19::17",
                        "heard mark-172.31.0.17 from ::ffff:192.0.2.2",
                        "heard mark-fd31::17 from 2001:db8::2");
    }

    @Test
    void anAddressComesAndGoesWhileTheJailRunsAndItsConnectionsEnd() {
        reachedBy("live-before", "primary");
        reachedBy("live-first", "primary", "first");
        reachedBy("live-second", "primary", "second");
        assertThat(section("flows"))
                .containsEntry("had/0", "reached")
                .containsEntry("had/1", "reached")
                .containsEntry("lost/2", "reached")
                .containsEntry("lost/3", "reached");
        assertThat(List.of(section("flows").get("lost/0"), section("flows").get("lost/1")))
                .doesNotContain("reached");
        assertThat(said.stream().filter(line -> line.startsWith("after ")))
                .as("what the jail sends from both")
                .containsExactlyInAnyOrder(
                        "after heard mark-198.19.0.37 from ::ffff:198.19.0.37",
                        "after heard mark-fdb1:19::37 from fdb1:19::37");
        assertThat(section("live-inside").get("addresses"))
                .contains("198.19.0.20/32", "198.19.0.37/32", "fdb1:19::20/128", "fdb1:19::37/128")
                .doesNotContain("198.19.0.27", "fdb1:19::27");
    }

    @Test
    void theNextAgentChangesThemToo() {
        reachedBy("live-next-agent", "primary", "first");
    }

    @Test
    void whatIsLostIsRestored() {
        assertThat(section("mended"))
                .containsEntry("nothing", "[]")
                .containsEntry("routes", "[the route to its IPv4 address, the route to its IPv6 address]")
                .containsEntry("link", "[its network link]");
        reachedBy("live-mended", "primary", "first");
        reachedBy("live-link", "primary", "first");
    }

    @Test
    void noJailGetsTheAddressOfAnother() {
        assertThat(section("address").get("taken")).contains("198.19.0.17");
        assertThat(section("live-refused").get("addresses"))
                .contains("198.19.0.20/32", "198.19.0.47/32")
                .doesNotContain("198.19.0.17", "198.19.0.27");
        assertThat(said.stream().filter(line -> line.startsWith("refused ")))
                .as("what the jail still sends from")
                .containsExactlyInAnyOrder(
                        "refused heard mark-198.19.0.47 from ::ffff:198.19.0.47",
                        "refused heard mark-198.19.0.20 from ::ffff:198.19.0.20");
    }

    @Test
    void aJailHasSixteenMoreOfEachFamily() {
        assertThat(section("most")).hasSize(34).values().containsOnly("reached");
    }

    private static void reachedBy(String section, String... names) {
        assertThat(to(section(section), names))
                .as(section)
                .hasSize(6 * names.length)
                .values()
                .containsOnly("reached");
        Map<String, String> others = section(section);
        others.keySet().removeAll(to(section(section), names).keySet());
        assertThat(others).as(section).hasSize(6 * (3 - names.length)).values().doesNotContain("reached");
    }
}
