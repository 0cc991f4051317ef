package dev.bailiwick.server.jail.firewall;

import dev.bailiwick.jail.firewall.Firewall;
import java.util.ArrayList;
import java.util.List;

/** All that holds for a jail's connections, in its order: what no rule cuts, the rules, and what no rule matches. */
final class EffectiveRules {

    /** How many lines come before the rules. */
    static final int BEFORE = 2;

    static final String QUESTIONS = "out allow tcp,udp 53 to the name servers of the jail";
    static final String OTHERWISE = "allow what no rule matches";

    private EffectiveRules() {}

    static List<String> of(Firewall firewall) {
        List<String> all = new ArrayList<>();
        all.add("allow replies, and errors of allowed connections");
        all.add(QUESTIONS);
        firewall.rules().forEach(rule -> all.add(RuleText.of(rule)));
        all.add(OTHERWISE);
        return all;
    }
}
