package dev.bailiwick.agent.kernel.linux.guard;

import static dev.bailiwick.agent.kernel.linux.guard.TrialRun.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.bailiwick.agent.kernel.linux.NeedsRoot;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What jails can and cannot reach. The host's root makes each try in the jail's network namespace, by TCP, UDP and ICMP, IPv4 and IPv6.
 * For every denial, the same try succeeds from a place outside of jails.
 */
@NeedsRoot
class NetworkGuardTest {

    private static List<String> said = List.of();

    @BeforeAll
    static void run() throws Exception {
        said = said("guarded", "");
    }

    private static List<String> said(String scenario, String script) throws Exception {
        return TrialRun.said(GuardTrials.class, scenario, script);
    }

    private static Map<String, String> section(String name) {
        return TrialRun.section(said, name);
    }

    @Test
    void jailsOfOneCustomerReachEachOtherAndTheWorld() {
        assertThat(to(section("jail"), "a1", "a2", "beyond"))
                .hasSize(18)
                .values()
                .containsOnly("reached");
    }

    @Test
    void noJailReachesAnotherCustomersNorTheHostNorItsPrivateNetworks() {
        Map<String, String> refused = to(section("jail"), "b1", "host", "private");
        assertThat(refused).hasSize(30).values().doesNotContain("reached");
        refused.forEach((what, outcome) -> {
            if (what.endsWith("/tcp")) {
                assertThat(outcome).as(what).isEqualTo("ECONNREFUSED");
            }
        });
    }

    @Test
    void aConnectionDoesNotOutliveTheJailThatItLedTo() {
        assertThat(section("before-handed-on")).hasSize(2).values().containsOnly("reached");
        assertThat(section("handed-on")).hasSize(2).values().doesNotContain("reached");
    }

    @Test
    void noJailIsLedOnByTheOptionsOfItsPackets() {
        assertThat(section("led").get("heard")).contains("mark-would-be-led").doesNotContain("mark-led");
    }

    @Test
    void anAddressThatNoJailHasLeadsNowhere() {
        assertThat(to(section("jail"), "free")).hasSize(6).values().doesNotContain("reached");
        assertThat(to(section("from-host"), "free"))
                .hasSize(6)
                .allSatisfy((what, outcome) -> assertThat(outcome).as(what).isEqualTo("EHOSTUNREACH"));
    }

    @Test
    void theHostAndTheWorldReachEachJailAndWhatJailsDoNot() {
        assertThat(to(section("from-host"), "a1", "a2", "b1", "beyond", "private"))
                .hasSize(30)
                .values()
                .containsOnly("reached");
        assertThat(section("from-beyond")).hasSize(36).values().containsOnly("reached");
    }

    @Test
    void aJailAsksItsNameServersAndNothingElseOfThem() {
        assumeTrue(
                said.stream().anyMatch(line -> line.startsWith("resolver ")),
                "this machine has no name server for jails");
        Map<String, String> outcomes = section("resolver");
        assertThat(outcomes).containsEntry("resolver/53/udp", "reached").containsEntry("resolver/53/tcp", "reached");
    }

    @Test
    void nobodyHearsWhatAJailSendsFromANeighboursAddress() {
        String heard = section("spoof").get("heard");
        assertThat(heard)
                .contains(
                        "mark-honest-v4-guarded",
                        "mark-honest-v6-guarded",
                        "mark-honest-v4-by-the-table",
                        "mark-honest-v6-by-the-table")
                .doesNotContain("spoofed");
    }

    @Test
    void aMovedJailIsReachedByItsNewCustomersJailsAndNotByTheOthers() {
        assertThat(to(section("moved-b1"), "a2")).hasSize(6).values().containsOnly("reached");
        assertThat(to(section("moved-a2"), "b1")).hasSize(6).values().containsOnly("reached");
        assertThat(to(section("moved-a1"), "a2", "b1")).hasSize(12).values().doesNotContain("reached");
        assertThat(to(section("moved-a2"), "a1")).hasSize(6).values().doesNotContain("reached");
        assertThat(to(section("moved-back"), "a2")).hasSize(6).values().containsOnly("reached");
        assertThat(to(section("moved-back"), "b1")).hasSize(6).values().doesNotContain("reached");
    }

    @Test
    void whatAJailWasConnectedToBeforeItWasMovedReachesItNoMore() {
        Map<String, String> flows = section("flow");
        assertThat(flows).hasSize(6);
        flows.forEach((when, outcome) -> {
            if (when.startsWith("after-")) {
                assertThat(outcome).as(when).isNotEqualTo("reached");
            } else {
                assertThat(outcome).as(when).isEqualTo("reached");
            }
        });
    }

    @Test
    void whatOthersDoToTheTableIsMendedAtOnce() {
        assertThat(section("mended"))
                .hasSize(6)
                .allSatisfy((deed, millis) ->
                        assertThat(Integer.parseInt(millis)).as(deed).isLessThan(20_000));
    }

    @Test
    void theTableStaysWithoutAnAgentAndWithTheNext() {
        for (String when : List.of("without-agent", "next-agent")) {
            assertThat(to(section(when), "a2")).as(when).hasSize(6).values().containsOnly("reached");
            assertThat(to(section(when), "b1", "host"))
                    .as(when)
                    .hasSize(12)
                    .values()
                    .doesNotContain("reached");
        }
    }

    @Test
    void whoGetsTheLinkOfAJailThatIsGoneIsNotItsCustomer() {
        assertThat(section("next-agent-c")).hasSize(6).values().doesNotContain("reached");
    }

    @Test
    void oneJailDoesNotTakeAllConnectionsThatTheKernelTracks() {
        Map<String, String> flood = section("flood");
        assertThat(flood).containsEntry("sent", Integer.toString(HostNetwork.MAX_CONNECTIONS + 2_000));
        assertThat(Integer.parseInt(flood.get("count")))
                .isBetween(HostNetwork.MAX_CONNECTIONS, HostNetwork.MAX_CONNECTIONS + 500);
        assertThat(to(flood, "beyond")).hasSize(3).values().containsOnly("reached");
    }

    @Test
    void whatTheHostSaysOfForwardingIsWhatHappens() {
        assertThat(said)
                .contains(
                        "capability forwarding false net.ipv4.ip_forward and net.ipv6.conf.all.forwarding are 0: jails can"
                                + " communicate with this host, but not with anything beyond it",
                        "capability forwarding true ");
        assertThat(to(section("closed"), "d2")).hasSize(3).values().containsOnly("reached");
        assertThat(to(section("closed"), "c1", "beyond")).hasSize(12).values().doesNotContain("reached");
        assertThat(section("closed")).containsEntry("heard", "[]");
    }

    /** Also on a host with text that is not UTF-8: a comment, the system's name, a mount point and a link. */
    @Test
    void jailsAreGivenTheNameServersThatTheyCanReachAndNoOthers() throws Exception {
        List<String> resolvers = said("resolvers", """
                mount -t tmpfs none /mnt
                mkdir "$(printf '/mnt/caf\\351')"
                mount -t tmpfs none "$(printf '/mnt/caf\\351')"
                ip link add "$(printf 'caf\\351')" type veth peer name odd0
                printf 'PRETTY_NAME="Caf\\351 1"\\n' >/mnt/os-release
                printf '%b' '# caf\\0351\\nnameserver\\t192.0.2.1\\n nameserver 192.0.2.77\\nnameserver fe80::1%%up0\\n' \
                    'nameserver 2001:db8::1\\nnameserver 192.0.2.3\\ndomain old.example\\nsearch\\tone.example two.example\\n' \
                    'options ndots:2\\noptions\\ttimeout:9\\n' >/mnt/resolv.conf
                mount --bind /mnt/os-release "$(readlink -f /etc/os-release)"
                mount --bind /mnt/resolv.conf "$(readlink -f /etc/resolv.conf)"
                """);
        String rest = "|search one.example two.example|options ndots:2 timeout:9";
        String none = "# no name server of this host can be reached from this jail|options timeout:1 attempts:1";
        assertThat(resolvers)
                .contains(
                        "system Caf\ufffd 1",
                        "capability resolvers true ",
                        "resolv.conf forwarded nameserver 192.0.2.1|nameserver 2001:db8::1|nameserver 192.0.2.3" + rest,
                        "resolv.conf only-v6 nameserver 2001:db8::1" + rest,
                        "resolv.conf filtered " + none,
                        "lookup filtered 2",
                        "resolv.conf closed " + none,
                        "lookup closed 2",
                        "resolv.conf own nameserver 192.0.2.3" + rest)
                .anySatisfy(line -> assertThat(line).startsWith("capability resolvers false jails can reach none of"));
    }

    /** Each place is tried by three protocols; the link forwards replies to a jail on this host and from beyond. */
    @Test
    void reportsWhatOthersRulesDropUntilTheRulesThatItNamesAreThere() throws Exception {
        List<String> filtered = said("filtered", "");
        assertThat(filtered)
                .contains("capability forwarding true ", "links left 0", "heard of the probe false")
                .anySatisfy(line -> assertThat(line)
                        .startsWith(
                                "capability forwarding false other rules of this host's packet filter drop packets that jails"
                                        + " send to each other and beyond this host by IPv4: ")
                        .contains("iptables -I DOCKER-USER -i bw+ -j ACCEPT; ")
                        .endsWith("iptables -I DOCKER-USER -o bw+ -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT")
                        .doesNotContain("ip6tables"));
        assertThat(filtered.stream().filter(line -> line.startsWith("filtered ") && !line.contains(":")))
                .hasSize(6)
                .noneMatch(line -> line.endsWith(" reached"));
        assertThat(filtered.stream().filter(line -> line.startsWith("filtered ") && line.contains(":")))
                .as("by IPv6, where no rule drops packets")
                .hasSize(6)
                .allMatch(line -> line.endsWith(" reached"));
        assertThat(filtered.stream().filter(line -> line.startsWith("check ")))
                .satisfiesExactly(
                        line -> assertThat(line)
                                .startsWith(
                                        "check filtered limited  the packet filter of this host drops packets that jails send"),
                        line -> assertThat(line).startsWith("check open ok "));
        assertThat(filtered.stream().filter(line -> line.startsWith("open ")))
                .hasSize(12)
                .allMatch(line -> line.endsWith(" reached"));
    }

    @Test
    void noJailStartsWhereNothingWouldGuardIt() throws Exception {
        assertThat(said).contains("capability network.guard true ");
        List<String> unguarded = said(
                "unguarded",
                "library=$(ldconfig -p | sed -n 's/.*libnftables.so.1 .*=> //p' | head -n 1); mount --bind /dev/null \"$library\"");
        assertThat(unguarded)
                .contains("unguarded start NetworkGuardMissing")
                .anySatisfy(line -> assertThat(line)
                        .startsWith("capability network.guard false ")
                        .contains("libnftables"));
    }
}
