package dev.bailiwick.server.jail.view;

import dev.bailiwick.jail.firewall.Direction;
import dev.bailiwick.jail.firewall.FirewallAction;
import dev.bailiwick.jail.firewall.FirewallRule;
import dev.bailiwick.jail.firewall.Peer;
import dev.bailiwick.jail.firewall.Ports;
import dev.bailiwick.jail.firewall.Protocol;

/** A rule of a firewall, in the form in which the database has it. */
public record StoredRule(String direction, String action, String protocol, String ports, String peer, String comment) {

    public static StoredRule of(FirewallRule rule) {
        return new StoredRule(
                rule.direction().toString(),
                rule.action().toString(),
                rule.protocol().toString(),
                rule.ports().toString(),
                rule.peer().toString(),
                rule.comment());
    }

    public FirewallRule rule() {
        return new FirewallRule(
                Direction.parse(direction),
                FirewallAction.parse(action),
                Protocol.parse(protocol),
                Ports.parse(ports),
                Peer.parse(peer),
                comment);
    }
}
