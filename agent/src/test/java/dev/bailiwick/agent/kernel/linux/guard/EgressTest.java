package dev.bailiwick.agent.kernel.linux.guard;

import static dev.bailiwick.agent.kernel.linux.guard.TrialRun.to;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.linux.NeedsRoot;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What jails reach beyond their host, and what reaches them from there, by the egress of their pools: each by TCP, UDP and ICMP, IPv4 and
 * IPv6. For every denial, the same try succeeds from another place.
 */
@NeedsRoot
class EgressTest {

    private static List<String> said = List.of();

    @BeforeAll
    static void run() throws Exception {
        said = TrialRun.said(EgressTrials.class, "egress", "");
    }

    private static Map<String, String> section(String name) {
        return TrialRun.section(said, name);
    }

    @Test
    void routedAndMasqueradedJailsReachTheWorldAndClosedOnesDoNot() {
        for (String open : List.of("routed", "mute", "masked")) {
            assertThat(to(section(open), "beyond")).as(open).hasSize(6).values().containsOnly("reached");
        }
        for (String closed : List.of("closed", "unknown")) {
            assertThat(to(section(closed), "beyond", "mail", "dns"))
                    .as(closed)
                    .hasSize(9)
                    .values()
                    .doesNotContain("reached");
        }
        assertThat(section("masked")).containsEntry("dns/192.0.2.1/udp", "reached");
    }

    @Test
    void noEgressOpensTheHostItsNetworksOrTheJailsOfOthers() {
        for (String name : List.of("routed", "mute", "masked", "closed", "unknown")) {
            Map<String, String> refused = section(name);
            refused.keySet()
                    .removeIf(what -> Stream.of("beyond/", "mail/", "dns/").anyMatch(what::startsWith)
                            || name.equals("masked") && what.startsWith("sibling/"));
            assertThat(refused).as(name).hasSizeGreaterThan(40).values().doesNotContain("reached");
        }
        assertThat(to(section("masked"), "sibling")).hasSize(6).values().containsOnly("reached");
        assertThat(section("from-host")).values().containsOnly("reached");
    }

    @Test
    void theWorldReachesRoutedJailsAndNoOthersUnasked() {
        assertThat(to(section("from-beyond"), "routed", "mute"))
                .hasSize(12)
                .values()
                .containsOnly("reached");
        assertThat(to(section("from-beyond"), "masked", "sibling", "closed", "unknown"))
                .hasSize(24)
                .values()
                .doesNotContain("reached");
        assertThat(to(section("from-beyond-masked"), "routed"))
                .hasSize(6)
                .values()
                .doesNotContain("reached");
    }

    @Test
    void mailIsSentOnlyWhereThePoolSaysSo() {
        assertThat(to(section("routed"), "mail")).hasSize(2).values().containsOnly("reached");
        assertThat(to(section("routed-masked"), "mail")).hasSize(2).values().containsOnly("reached");
        for (String mute : List.of("mute", "masked")) {
            assertThat(to(section(mute), "mail")).as(mute).hasSize(2).values().containsOnly("ECONNREFUSED");
        }
    }

    @Test
    void mailIsSentOnlyWhereThePlanSaysSoTooAndAChangeEndsConnections() {
        assertThat(to(section("barred"), "beyond")).hasSize(6).values().containsOnly("reached");
        for (String refused : List.of("barred", "barred-refused")) {
            assertThat(to(section(refused), "mail"))
                    .as(refused)
                    .hasSize(2)
                    .values()
                    .containsOnly("ECONNREFUSED");
        }
        assertThat(to(section("barred-allowed"), "mail")).hasSize(2).values().containsOnly("reached");
        assertThat(to(section("flow"), "mail-allowed")).hasSize(2).values().containsOnly("reached");
        assertThat(to(section("flow"), "mail-refused")).hasSize(2).values().doesNotContain("reached");
        for (String when : List.of("without-agent", "next-agent", "mended")) {
            assertThat(to(section("barred-" + when), "mail")).as(when).values().doesNotContain("reached");
            assertThat(to(section("barred-" + when), "beyond"))
                    .as(when)
                    .values()
                    .containsOnly("reached");
            assertThat(to(section("routed-" + when), "mail")).as(when).values().containsOnly("reached");
        }
    }

    @Test
    void masqueradedPacketsHaveTheAddressOfTheHostAndRoutedOnesTheJails() {
        assertThat(said)
                .contains(
                        "heard mark-v4-routed from ::ffff:198.19.0.7",
                        "heard mark-v6-routed from fdb1:19::7",
                        "heard mark-v4-masked from ::ffff:192.0.2.2",
                        "heard mark-v6-masked from 2001:db8::2");
    }

    @Test
    void connectionsEndWhenThePoolIsClosedAndTheNextChangeHolds() {
        Map<String, String> flows = section("flow");
        flows.forEach((when, outcome) -> {
            if (when.startsWith("closed/")) {
                assertThat(outcome).as(when).isNotEqualTo("reached");
            }
            if (when.startsWith("open/")) {
                assertThat(outcome).as(when).isEqualTo("reached");
            }
        });
        flows.keySet().removeIf(when -> when.startsWith("mail-"));
        assertThat(flows).hasSize(12);
        assertThat(to(section("routed-closed"), "beyond", "mail"))
                .hasSize(8)
                .values()
                .doesNotContain("reached");
        assertThat(to(section("routed-masked"), "beyond", "mail"))
                .hasSize(8)
                .values()
                .containsOnly("reached");
        assertThat(to(section("routed-again"), "beyond", "mail"))
                .hasSize(8)
                .values()
                .containsOnly("reached");
    }

    @Test
    void resolvConfNamesNoServerThatThePoolDoesNotReach() {
        assertThat(said)
                .contains("resolv.conf masked nameserver 192.0.2.1")
                .anySatisfy(line ->
                        assertThat(line).startsWith("resolv.conf closed # no name server of this host can be reached"));
    }

    @Test
    void allOfItHoldsWithoutAnAgentWithTheNextAndAfterOthersEmptiedTheTable() {
        for (String when : List.of("without-agent", "next-agent", "mended")) {
            assertThat(to(section("masked-" + when), "beyond", "sibling"))
                    .as(when)
                    .hasSize(12)
                    .values()
                    .containsOnly("reached");
            assertThat(to(section("masked-" + when), "mail", "private", "metadata", "host", "routed"))
                    .as(when)
                    .values()
                    .doesNotContain("reached");
            assertThat(to(section("closed-" + when), "beyond", "mail", "dns", "private", "metadata", "host", "masked"))
                    .as(when)
                    .values()
                    .doesNotContain("reached");
        }
        assertThat(to(section("from-beyond-next-agent"), "masked", "closed"))
                .values()
                .doesNotContain("reached");
        assertThat(to(section("from-beyond-next-agent"), "routed")).values().containsOnly("reached");
    }
}
