package dev.bailiwick.server.jail.firewall;

import dev.bailiwick.jail.firewall.Firewall;
import dev.bailiwick.jail.firewall.FirewallRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** All that holds for a jail's connections, in its order: what no rule cuts, the rules, and what no rule matches. */
final class EffectiveRules {

    /** How many lines come before the rules. */
    static final int BEFORE = 2;

    static final String QUESTIONS = "out allow tcp,udp 53 to the name servers of the jail";
    static final String OTHERWISE = "allow what no rule matches";

    private EffectiveRules() {}

    /** Who says what holds. */
    enum Origin {
        HOST,
        CUSTOMER,
        JAIL;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * What holds, as a line.
     *
     * @param origin for programs: host, customer or jail
     */
    record EffectiveRule(String text, String origin) {

        private static EffectiveRule of(String text, Origin origin) {
            return new EffectiveRule(text, origin.toString());
        }
    }

    static List<EffectiveRule> of(Firewall ofCustomer, Firewall firewall) {
        List<EffectiveRule> all = new ArrayList<>();
        all.add(EffectiveRule.of("allow replies, and errors of allowed connections", Origin.HOST));
        all.add(EffectiveRule.of(QUESTIONS, Origin.HOST));
        ofCustomer.rules().forEach(rule -> all.add(EffectiveRule.of(RuleText.of(rule), Origin.CUSTOMER)));
        firewall.rules().forEach(rule -> all.add(EffectiveRule.of(RuleText.of(rule), Origin.JAIL)));
        all.add(EffectiveRule.of(OTHERWISE, Origin.HOST));
        return all;
    }

    /**
     * A rule among those of its origin.
     *
     * @param at its position there, from 0
     */
    record Place(Origin origin, int at, FirewallRule rule) {

        /** @param at the position among all rules that apply to the jail, those of the customer first */
        static Place of(Firewall ofCustomer, Firewall firewall, int at) {
            int before = ofCustomer.rules().size();
            return at < before
                    ? new Place(Origin.CUSTOMER, at, ofCustomer.rules().get(at))
                    : new Place(Origin.JAIL, at - before, firewall.rules().get(at - before));
        }
    }
}
