package dev.bailiwick.agent.kernel.linux.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.linux.NeedsRoot;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Which jails of two hosts reach each other in networks of their customers, by TCP, UDP and ICMP, IPv4 and IPv6, whatever the egress of their
 * pools. Those of one host have names with {@code a} and {@code b}, those of the other with {@code r} and {@code s}.
 */
@NeedsRoot
class NetworksTest {

    private static final String WIDE = "a1 a2 a3 r1 r2 r3";
    private static final String SMALL = "a1 a4";
    private static final String OTHER = "b1 s1";

    private static List<String> said = List.of();

    @BeforeAll
    static void run() throws Exception {
        said = TrialRun.said(NetworkTrials.class, "networks", "");
    }

    private static Map<String, String> section(String name) {
        return TrialRun.section(said, name);
    }

    /** Checks each pair of jails: exactly those of which both are in one of these sets reach each other. */
    private static void reachEachOther(String section, String... sets) {
        Map<String, String> outcomes = section(section);
        assertThat(outcomes).hasSize(11 * 10 * 6);
        outcomes.forEach((what, outcome) -> {
            List<String> pair = List.of(what.substring(0, what.indexOf('/')).split(">", -1));
            boolean together = Arrays.stream(sets)
                    .anyMatch(set -> Set.of(set.split(" ", -1)).containsAll(pair));
            if (together) {
                assertThat(outcome).as(section + " " + what).isEqualTo("reached");
            } else {
                assertThat(outcome).as(section + " " + what).isNotEqualTo("reached");
            }
        });
    }

    @Test
    void withoutANetworkTheJailsOfACustomerReachEachOtherOnTheirHost() {
        reachEachOther("no-network", "a1 a2 a3 a4 a5 a6", "r1 r2 r3");
        reachEachOther("removed", "a1 a2 a4 a5 a6", "a3 b1", "r1 r2 r3");
    }

    @Test
    void theMembersOfANetworkReachEachOtherOnAllHostsAndNobodyElse() {
        reachEachOther("joined", WIDE, SMALL, OTHER, "a5 a6");
        assertThat(section("from-beyond")).hasSize(6).values().doesNotContain("reached");
    }

    @Test
    void membersOfMasqueradedPoolsKeepTheirAddresses() {
        assertThat(section("source"))
                .containsEntry("mark-v4", "from ::ffff:172.31.0.2")
                .containsEntry("mark-v6", "from fd31::2");
    }

    @Test
    void connectionsOfMembersEndWhenTheyLeave() {
        Map<String, String> before = section("flows-joined");
        assertThat(before).hasSize(14).values().containsOnly("reached");
        assertThat(section("flows-left-here")).hasSize(14).values().doesNotContain("reached");
        assertThat(section("flows-again")).hasSize(6).values().containsOnly("reached");
        assertThat(section("flows-left-there")).hasSize(6).values().doesNotContain("reached");
    }

    @Test
    void connectionsThatMembersOnOtherHostsOpenCountToo() {
        assertThat(section("before-flood")).hasSize(6).values().containsOnly("reached");
        assertThat(section("filled")).hasSize(6).values().doesNotContain("reached");
    }

    @Test
    void membersOfMasqueradedAndClosedPoolsHearOfPacketsThatAreTooBig() {
        assertThat(section("answers")).hasSize(6).values().containsOnly("8000");
    }

    @Test
    void aNameServerAmongTheJailsOfAnotherHostAnswersAsLongAsItIsOne() {
        assertThat(section("name-server")).hasSize(4).values().containsOnly("reached");
        assertThat(section("name-server-again")).hasSize(4).values().containsOnly("reached");
        assertThat(section("name-server-port")).hasSize(6).values().doesNotContain("reached");
        assertThat(section("name-server-gone")).hasSize(4).values().doesNotContain("reached");
    }

    @Test
    void networksStayWithoutAnAgentWithTheNextAndAfterOthersEmptiedTheTable() {
        for (String when : List.of("without-agent", "next-agent", "mended")) {
            reachEachOther(when, WIDE, SMALL, OTHER, "a5 a6");
        }
    }

    @Test
    void whoLeavesOneNetworkStaysInTheOthers() {
        reachEachOther("left", "a1 a3 r1 r3", "a2 a4 a5 a6");
    }

    /** Also before the hosts learn that it has left. */
    @Test
    void aMovedJailIsInNoNetworkOfTheCustomerBefore() {
        reachEachOther("moved", "a1 r1 r3", "a2 a4 a5 a6", "a3 b1");
    }

    @Test
    void aNetworkCanHaveManyMembers() {
        assertThat(Integer.parseInt(section("many").get("millis"))).isLessThan(20_000);
        assertThat(TrialRun.to(section("many"), "r1")).hasSize(6).values().containsOnly("reached");
    }
}
