package dev.bailiwick.jail.firewall;

import dev.bailiwick.jail.validation.InvalidValue;

/**
 * What a rule has matched since the host loaded the rules of the jail.
 *
 * @param packets in the direction in which the connection is begun; replies meet no rule
 * @param bytes of these packets, with their IP headers
 */
public record RuleCount(long packets, long bytes) {

    public static final RuleCount NONE = new RuleCount(0, 0);

    /** @throws InvalidValue if one is negative */
    public RuleCount {
        if (packets < 0 || bytes < 0) {
            throw new InvalidValue("must not be negative");
        }
    }

    public RuleCount plus(RuleCount other) {
        return new RuleCount(packets + other.packets, bytes + other.bytes);
    }
}
