package dev.bailiwick.agent.kernel.linux.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.linux.guard.LinkElements.LinkFirewall;
import dev.bailiwick.jail.firewall.Direction;
import dev.bailiwick.jail.firewall.Firewall;
import dev.bailiwick.jail.firewall.FirewallAction;
import dev.bailiwick.jail.firewall.FirewallRule;
import dev.bailiwick.jail.firewall.Peer;
import dev.bailiwick.jail.firewall.Ports;
import dev.bailiwick.jail.firewall.Protocol;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RuleBatchesTest {

    private static Map<Integer, LinkFirewall> links(int count, int rules) {
        FirewallRule one =
                new FirewallRule(Direction.IN, FirewallAction.REJECT, Protocol.ANY, Ports.ALL, new Peer.World(), "");
        LinkFirewall firewall = new LinkFirewall(new Firewall(Collections.nCopies(rules, one)), Map.of(), Map.of());
        return IntStream.range(0, count).boxed().collect(Collectors.toMap(Function.identity(), _ -> firewall));
    }

    private static int rules(Map<Integer, LinkFirewall> links) {
        return links.values().stream()
                .filter(link -> !link.equals(LinkFirewall.CLOSED))
                .mapToInt(link -> link.rules().rules().size())
                .sum();
    }

    @Test
    void fewRulesAreOneTransaction() {
        Map<Integer, LinkFirewall> few = links(100, 5);
        assertThat(RuleBatches.of(few)).isEqualTo(new RuleBatches(few, List.of()));
    }

    @Test
    void linksAreClosedUntilTheirTransaction() {
        Map<Integer, LinkFirewall> many = links(60, Firewall.MAX_TOGETHER);
        RuleBatches batches = RuleBatches.of(many);
        assertThat(batches.first()).containsOnlyKeys(many.keySet());
        assertThat(rules(batches.first())).isEqualTo(400);
        assertThat(batches.later())
                .hasSize(29)
                .allSatisfy(batch -> assertThat(rules(batch)).isEqualTo(400));
        Map<Integer, LinkFirewall> last = new HashMap<>(batches.first());
        batches.later().forEach(batch -> {
            assertThat(last).containsAllEntriesOf(closed(batch));
            last.putAll(batch);
        });
        assertThat(last).isEqualTo(many);
    }

    private static Map<Integer, LinkFirewall> closed(Map<Integer, LinkFirewall> links) {
        return links.keySet().stream().collect(Collectors.toMap(Function.identity(), _ -> LinkFirewall.CLOSED));
    }
}
