package dev.bailiwick.agent.kernel.linux.guard;

import static dev.bailiwick.agent.kernel.linux.guard.TrialRun.to;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.linux.NeedsRoot;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The rules of single jails: each try by TCP, UDP and ICMP, IPv4 and IPv6, with rules, with others, and without any. What is refused in
 * one case is reached in another.
 */
@NeedsRoot
class FirewallTest {

    private static final List<String> TIMES = List.of(
            "first",
            "customer",
            "nothing-in",
            "open",
            "again",
            "untold",
            "networks",
            "later-networks",
            "members",
            "foreign",
            "without-agent",
            "next-agent",
            "mended",
            "rebuilt");

    private static List<String> said = List.of();

    @BeforeAll
    static void run() throws Exception {
        said = TrialRun.said(FirewallTrials.class, "firewall", "");
    }

    private static Map<String, String> section(String name) {
        return TrialRun.section(said, name);
    }

    /** The model also answers {@code firewall:explain}, so the answer is what the kernel does. */
    @Test
    void theKernelDoesWhatTheModelSays() {
        Map<String, String> model = section("model");
        int compared = 0;
        for (String when : TIMES) {
            for (Map.Entry<String, String> decided : model.entrySet()) {
                String[] words = decided.getKey().split("/", -1);
                boolean out = words[0].equals("out-" + when);
                boolean in = words[0].startsWith("in-" + when + "-") && words.length > 2;
                if (out) {
                    check(decided, String.valueOf(section(words[0]).get(words[1] + "/" + words[2] + "/" + words[3])));
                    compared++;
                } else if (in && said.stream().anyMatch(line -> line.startsWith(words[0] + " "))) {
                    boolean v4 = words[1].indexOf(':') < 0;
                    section(words[0]).forEach((what, outcome) -> {
                        if (what.indexOf(':') < 0 == v4 && what.endsWith("/" + words[2])) {
                            check(decided, outcome);
                        }
                    });
                    compared++;
                }
            }
        }
        assertThat(compared).isEqualTo(TIMES.size() * 3 * 2 * 3 * 2);
        assertThat(model).containsValues("allow", "drop", "reject");
    }

    private static void check(Map.Entry<String, String> decided, String outcome) {
        switch (decided.getValue()) {
            case "allow" -> assertThat(outcome).as(decided.getKey()).isEqualTo("reached");
            case "drop" -> assertThat(outcome).as(decided.getKey()).isEqualTo("silence");
            default -> assertThat(outcome).as(decided.getKey()).isNotIn("reached", "silence");
        }
    }

    @Test
    void rulesAboutANetworkFollowItsMembers() {
        assertThat(section("named")).hasSize(6).values().doesNotContain("reached");
        assertThat(section("in-members-friend")).hasSize(6).values().containsOnly("reached");
        assertThat(section("in-members-third")).hasSize(6).values().doesNotContain("reached");
        assertThat(to(section("out-networks"), "beyond"))
                .containsEntry("beyond/192.0.2.1/tcp", "reached")
                .containsEntry("beyond/192.0.2.1/udp", "EHOSTUNREACH")
                .containsEntry("beyond/2001:db8::1/tcp", "reached");
        assertThat(section("in-foreign-third")).hasSize(6).values().containsOnly("reached");
    }

    @Test
    void aNetworkOfWhichNothingWasSaidHasEverybodyForRulesThatRefuseAndNobodyForThoseThatAllow() {
        for (String name : List.of("friend", "third", "beyond")) {
            assertThat(section("in-untold-" + name))
                    .as(name)
                    .hasSize(6)
                    .values()
                    .doesNotContain("reached");
            assertThat(section("in-open-" + name)).as(name).hasSize(6).values().containsOnly("reached");
        }
        assertThat(section("out-untold")).values().doesNotContain("reached");
    }

    @Test
    void portsAndTheWorldAreTold() {
        assertThat(to(section("out-first"), "mail")).hasSize(2).values().containsOnly("ECONNREFUSED");
        assertThat(to(section("out-open"), "mail")).hasSize(2).values().containsOnly("reached");
    }

    @Test
    void rulesOfOneJailConcernNoOtherAndNotTheHost() {
        for (String open : List.of("other-out", "other-in", "from-host")) {
            assertThat(section(open)).as(open).hasSize(6).values().containsOnly("reached");
        }
        assertThat(section("other-web"))
                .as("a jail of another customer")
                .values()
                .doesNotContain("reached");
    }

    @Test
    void aChangeEndsConnectionsThatItForbidsAndLetsRepliesPass() {
        Map<String, String> flows = section("flow");
        assertThat(to(flows, "open-in", "open-out")).hasSize(4).values().containsOnly("reached");
        assertThat(to(flows, "closed-in")).hasSize(2).values().doesNotContain("reached");
        assertThat(to(flows, "closed-out")).hasSize(2).values().containsOnly("reached");
    }

    @Test
    void noRuleOpensWhatTheHostRefuses() {
        assertThat(section("wide-from")).hasSize(6).values().doesNotContain("reached");
        assertThat(section("wide-to")).hasSize(18).values().doesNotContain("reached");
        assertThat(section("wide-beyond")).hasSize(6).values().containsOnly("reached");
    }

    @Test
    void eachRuleCountsWhatItMatches() {
        // Two datagrams of five bytes by IPv4, with 28 bytes of headers, and two by IPv6, with 48.
        assertThat(section("count"))
                .isEqualTo(Map.of("0", "0 0", "1", "4 172", "2", "0 0", "others", "0", "open", "0"));
    }

    @Test
    void fragmentsAndForeignSourcesDoNotPassRules() {
        assertThat(section("fragments-5000")).hasSize(2).values().containsOnly("reached");
        assertThat(section("fragments-53")).hasSize(2).values().doesNotContain("reached");
        assertThat(section("heard").keySet()).containsExactlyInAnyOrder("mark-v4-friend", "mark-v6-friend");
    }

    @Test
    void theNextAgentClosesJailsWithRulesUntilItKnowsTheRules() {
        for (String closed : List.of("unknown-out", "unknown-in")) {
            assertThat(section(closed)).as(closed).hasSize(6).values().containsOnly("silence");
        }
        assertThat(section("unknown-other")).hasSize(6).values().containsOnly("reached");
    }

    @Test
    void noRuleCutsQuestionsToTheNameServers() {
        assertThat(section("all-out")).values().containsOnly("silence");
        if (said.stream().anyMatch(line -> line.startsWith("resolvers "))) {
            assertThat(section("resolvers")).values().containsOnly("reached");
        }
    }
}
