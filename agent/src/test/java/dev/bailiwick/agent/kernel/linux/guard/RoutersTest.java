package dev.bailiwick.agent.kernel.linux.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.linux.NeedsRoot;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A jail that claims to be a router or a neighbour, by ICMP redirects and by router and neighbour advertisements, to a host that would believe
 * a machine beyond.
 */
@NeedsRoot
class RoutersTest {

    private static List<String> said = List.of();

    @BeforeAll
    static void run() throws Exception {
        said = TrialRun.said(RouterTrials.class, "routers", "");
    }

    private static Map<String, String> section(String name) {
        return TrialRun.section(said, name);
    }

    @Test
    void theHostBelievesNothingOfAJail() {
        assertThat(said.stream().filter(line -> line.startsWith("claimed ")))
                .hasSize(3)
                .allSatisfy(line -> assertThat(line).doesNotContain("-1"));
        assertThat(section("after")).isEqualTo(section("before"));
        assertThat(section("neighbour")).hasSize(6).values().containsOnly("reached");
    }

    @Test
    void theSameClaimsFromBeyondAreBelieved() {
        assertThat(section("before").get("route")).contains("via 192.0.2.1");
        assertThat(section("beyond").get("route")).contains("via 192.0.2.77");
        assertThat(section("beyond").get("routers")).contains("proto ra");
        assertThat(section("before").get("routers")).doesNotContain("proto ra");
    }
}
