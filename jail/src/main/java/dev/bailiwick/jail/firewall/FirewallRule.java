package dev.bailiwick.jail.firewall;

import dev.bailiwick.jail.text.PlainText;
import dev.bailiwick.jail.validation.InvalidValue;

/**
 * A rule for connections of a jail.
 *
 * @param ports those at the end to which the connection is begun; {@link Ports#ALL} unless the protocol has ports
 * @param comment for people; at most {@value #MAX_COMMENT} characters
 */
public record FirewallRule(
        Direction direction, FirewallAction action, Protocol protocol, Ports ports, Peer peer, String comment) {

    public static final int MAX_COMMENT = 200;

    /** @throws InvalidValue if the protocol has no ports, or the comment is too long or not plain text */
    public FirewallRule {
        requirePorts(protocol, ports);
        requireComment(comment);
    }

    public static Ports requirePorts(Protocol protocol, Ports ports) {
        if (!protocol.hasPorts() && !ports.areAll()) {
            throw new InvalidValue("can be named only with tcp or udp");
        }
        return ports;
    }

    public static String requireComment(String comment) {
        if (comment.length() > MAX_COMMENT) {
            throw new InvalidValue("must have at most " + MAX_COMMENT + " characters");
        }
        PlainText.fault(comment).ifPresent(fault -> {
            throw new InvalidValue(fault);
        });
        return comment;
    }

    FirewallRule withoutComment() {
        return new FirewallRule(direction, action, protocol, ports, peer, "");
    }

    public boolean matches(Flow flow) {
        return direction == flow.direction()
                && (protocol == Protocol.ANY || protocol == flow.protocol())
                && (ports.areAll()
                        || flow.port().isPresent() && ports.contain(flow.port().getAsInt()))
                && peer.matches(flow);
    }
}
