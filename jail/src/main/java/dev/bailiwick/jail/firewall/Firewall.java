package dev.bailiwick.jail.firewall;

import dev.bailiwick.jail.validation.InvalidValue;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * The rules of one jail, for connections of which the jail is one end. The first rule that matches decides; what no rule matches is
 * allowed. They only narrow what {@code docs/network.md} lets a jail reach: whatever else refuses a packet does so also if a rule allows
 * it. Replies, and questions to the name servers that the jail is given, pass whatever the rules say.
 */
public record Firewall(List<FirewallRule> rules) {

    public static final int MAX_RULES = 100;

    /** Allows everything. Jails begin with it. */
    public static final Firewall OPEN = new Firewall(List.of());

    /** @throws InvalidValue if there are more than {@value #MAX_RULES} rules */
    public Firewall {
        rules = List.copyOf(rules);
        if (rules.size() > MAX_RULES) {
            throw new InvalidValue("must have at most " + MAX_RULES + " rules");
        }
    }

    /** Returns the same rules without their comments, as hosts have them. */
    public Firewall withoutComments() {
        return new Firewall(rules.stream().map(FirewallRule::withoutComment).toList());
    }

    /** Returns the position of the rule that decides about a connection, from 0; empty if none does, and it is allowed. */
    public OptionalInt deciding(Flow flow) {
        if (flow.isQuestion()) {
            return OptionalInt.empty();
        }
        return IntStream.range(0, rules.size())
                .filter(at -> rules.get(at).matches(flow))
                .findFirst();
    }
}
