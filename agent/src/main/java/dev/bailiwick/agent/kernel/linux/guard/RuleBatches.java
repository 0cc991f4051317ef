package dev.bailiwick.agent.kernel.linux.guard;

import dev.bailiwick.agent.kernel.linux.guard.LinkElements.LinkFirewall;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The rules of links in portions, each for one transaction: a customer with many rules has them for each of its jails, and a transaction needs
 * memory for all of its text at once.
 *
 * @param first the rules of the first transaction, for all links: those that it has no room for are closed
 * @param later the rules of these, for the transactions after it
 */
record RuleBatches(Map<Integer, LinkFirewall> first, List<Map<Integer, LinkFirewall>> later) {

    /** A rule is at most three of the kernel, of about 700 bytes each, so a transaction has about 1 MB of text. */
    static final int MAX_RULES = 500;

    static RuleBatches of(Map<Integer, LinkFirewall> firewalls) {
        Map<Integer, LinkFirewall> first = new HashMap<>();
        List<Map<Integer, LinkFirewall>> later = new ArrayList<>();
        Map<Integer, LinkFirewall> batch = first;
        int rules = 0;
        for (Map.Entry<Integer, LinkFirewall> link : new TreeMap<>(firewalls).entrySet()) {
            int ofLink = link.getValue().rules().rules().size();
            if (rules + ofLink > MAX_RULES) {
                batch = new HashMap<>();
                later.add(batch);
                rules = 0;
            }
            rules += ofLink;
            batch.put(link.getKey(), link.getValue());
        }
        later.forEach(rest -> rest.keySet().forEach(link -> first.put(link, LinkFirewall.CLOSED)));
        return new RuleBatches(first, later);
    }
}
