package dev.bailiwick.jail.firewall;

import dev.bailiwick.jail.validation.InvalidValue;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The rules of one jail, or of a customer for all its jails, for connections of which the jail is one end. The first rule that matches decides; what no rule matches is
 * allowed. They only narrow what {@code docs/network.md} lets a jail reach: whatever else refuses a packet does so also if a rule allows
 * it. Replies, and questions to the name servers that the jail is given, pass whatever the rules say.
 */
public record Firewall(List<FirewallRule> rules) {

    /** The maximum of a jail, and that of a customer. */
    public static final int MAX_RULES = 100;

    /** The maximum of what applies to one jail. */
    public static final int MAX_TOGETHER = 2 * MAX_RULES;

    /** Allows everything. Jails begin with it. */
    public static final Firewall OPEN = new Firewall(List.of());

    /** @throws InvalidValue if there are more than {@value #MAX_TOGETHER} rules */
    public Firewall {
        rules = List.copyOf(rules);
        requireFew(rules, MAX_TOGETHER);
    }

    /**
     * Returns the rules of one jail, or of one customer.
     *
     * @throws InvalidValue if there are more than {@value #MAX_RULES} rules
     */
    public static Firewall ofOne(List<FirewallRule> rules) {
        requireFew(rules, MAX_RULES);
        return new Firewall(rules);
    }

    private static void requireFew(List<FirewallRule> rules, int most) {
        if (rules.size() > most) {
            throw new InvalidValue("must have at most " + most + " rules");
        }
    }

    /** Returns these rules, and then others. */
    public Firewall then(Firewall others) {
        return new Firewall(Stream.concat(rules.stream(), others.rules.stream()).toList());
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
