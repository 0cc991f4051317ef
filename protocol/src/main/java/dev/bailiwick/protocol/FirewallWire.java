package dev.bailiwick.protocol;

import dev.bailiwick.jail.firewall.Direction;
import dev.bailiwick.jail.firewall.Firewall;
import dev.bailiwick.jail.firewall.FirewallAction;
import dev.bailiwick.jail.firewall.FirewallRule;
import dev.bailiwick.jail.firewall.Peer;
import dev.bailiwick.jail.firewall.Ports;
import dev.bailiwick.jail.firewall.Protocol;
import dev.bailiwick.jail.firewall.RuleCount;
import dev.bailiwick.jail.question.HostAnswer;
import java.util.List;

/** The rules of jails and customers on the wire; comments stay on the server. */
final class FirewallWire {

    private FirewallWire() {}

    static List<dev.bailiwick.protocol.v1.FirewallRule> toWire(Firewall firewall) {
        return firewall.rules().stream()
                .map(rule -> dev.bailiwick.protocol.v1.FirewallRule.newBuilder()
                        .setDirection(rule.direction().toString())
                        .setAction(rule.action().toString())
                        .setProtocol(rule.protocol().toString())
                        .setPorts(rule.ports().toString())
                        .setPeer(rule.peer().toString())
                        .build())
                .toList();
    }

    /** @throws MalformedMessage if {@link #toWire} cannot have written the rules */
    static Firewall fromWire(String where, List<dev.bailiwick.protocol.v1.FirewallRule> rules) {
        return Field.read(
                where,
                () -> Firewall.ofOne(rules.stream().map(FirewallWire::fromWire).toList()));
    }

    /** As {@link #fromWire}, for all rules that apply to a jail. */
    static Firewall together(List<dev.bailiwick.protocol.v1.FirewallRule> rules) {
        return Field.read(
                "rules",
                () -> new Firewall(rules.stream().map(FirewallWire::fromWire).toList()));
    }

    private static FirewallRule fromWire(dev.bailiwick.protocol.v1.FirewallRule wire) {
        return new FirewallRule(
                Direction.parse(wire.getDirection()),
                FirewallAction.parse(wire.getAction()),
                Protocol.parse(wire.getProtocol()),
                Ports.parse(wire.getPorts()),
                Peer.parse(wire.getPeer()),
                "");
    }

    static dev.bailiwick.protocol.v1.RuleCount toWire(RuleCount count) {
        return dev.bailiwick.protocol.v1.RuleCount.newBuilder()
                .setPackets(count.packets())
                .setBytes(count.bytes())
                .build();
    }

    /** @throws MalformedMessage if there are more than rules apply to a jail, or one is negative */
    static HostAnswer.RuleCounts counts(dev.bailiwick.protocol.v1.RuleCounts wire) {
        if (wire.getCountsCount() > Firewall.MAX_TOGETHER) {
            throw new MalformedMessage("counts has more than " + Firewall.MAX_TOGETHER + " rules", null);
        }
        return Field.read(
                "counts",
                () -> new HostAnswer.RuleCounts(wire.getCountsList().stream()
                        .map(count -> new RuleCount(count.getPackets(), count.getBytes()))
                        .toList()));
    }
}
