package dev.bailiwick.agent.kernel.linux.guard;

import dev.bailiwick.agent.kernel.AddressPools;
import dev.bailiwick.agent.kernel.linux.guard.LinkElements.LinkFirewall;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.JailNetwork;
import dev.bailiwick.jail.desired.OutgoingMail;
import dev.bailiwick.jail.firewall.Firewall;
import dev.bailiwick.jail.firewall.Peer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The owners and rules of the jails behind the links, which of these jails send mail, and which of this the kernel's table contains.
 * Thread-safe.
 *
 * <p>INVARIANT: {@code held} contains at least what the kernel contains. Additions enter it before the kernel, removals leave it
 * afterwards.
 */
final class JailLinks {

    private final Map<JailId, Owner> owners = new HashMap<>();
    private final Map<JailId, Integer> links = new HashMap<>();
    private final Map<Integer, JailId> jails = new HashMap<>();
    private final Map<String, Integer> numbers = new HashMap<>();
    /** The jails that have rules, so that a start costs nothing where none has. */
    private final Set<JailId> withRules = new HashSet<>();
    /** The links for which an earlier agent left rules. */
    private final Set<Integer> inherited = new HashSet<>();

    private boolean poolsSendMail;

    /** Null if the content of the kernel's table is unknown. */
    private @Nullable LinkElements held;

    /** @param customer empty if unknown */
    private record Owner(String customer, JailNetwork network) {

        private static final Owner UNKNOWN = new Owner("", new JailNetwork(OutgoingMail.REFUSED, Firewall.OPEN));
    }

    /** A change to the kernel's table: the whole new content, or removals and additions. */
    sealed interface Change {

        record Whole(LinkElements all) implements Change {}

        record Part(LinkElements gone, LinkElements come) implements Change {}
    }

    /** Sets the customer of a jail, empty if unknown, and then the jail reaches no other jail; and its rules. */
    synchronized void own(JailId jail, String customer, JailNetwork network) {
        owners.put(jail, new Owner(customer, network));
        if (network.firewall().rules().isEmpty()) {
            withRules.remove(jail);
        } else {
            withRules.add(jail);
        }
    }

    /**
     * Sets the links for which the table has rules that an earlier agent left. Until the owners of their jails are named, which also says
     * the rules, a new content of the table closes them: it must not be more open than the one that it replaces.
     */
    synchronized void inherit(Set<Integer> withRules) {
        inherited.clear();
        inherited.addAll(withRules);
    }

    /** Sets the pools of the host. While none of them lets its jails send mail, no link needs an element for that. */
    synchronized void pools(AddressPools pools) {
        poolsSendMail = pools.sendMail();
    }

    /**
     * Notes that this jail is now behind this link.
     *
     * @return whether the table must change before the jail starts: it may give the link to another customer, let it send mail, or have
     *     other rules for it, or the rules of other jails name it
     */
    synchronized boolean occupy(int link, JailId jail) {
        JailId before = jails.put(link, jail);
        if (before != null && !before.equals(jail)) {
            links.remove(before);
        }
        links.put(jail, link);
        if (held == null) {
            return true;
        }
        Integer number = held.customers().get(link);
        return (number != null && !number.equals(numberOf(jail)))
                || (held.mailers().contains(link) && !mails(jail))
                || !firewalls().equals(held.firewalls());
    }

    /** Notes that this jail no longer has a link, and never will. */
    synchronized void forget(JailId jail) {
        owners.remove(jail);
        withRules.remove(jail);
        Integer link = links.remove(jail);
        if (link != null && jails.remove(link, jail)) {
            inherited.remove(link);
        }
    }

    /**
     * Returns what the kernel's table lacks; empty parts if nothing. The caller must call {@link #done} or {@link #failed} afterwards.
     */
    synchronized Change change() {
        LinkElements wanted = wanted();
        LinkElements before = held;
        if (before == null) {
            return new Change.Whole(wanted);
        }
        Change.Part part = new Change.Part(before.without(wanted), wanted.without(before));
        held = before.with(part.come);
        return part;
    }

    /** Returns the whole new content of the kernel's table. The caller must call {@link #done} or {@link #failed} afterwards. */
    synchronized Change.Whole whole() {
        held = null;
        return new Change.Whole(wanted());
    }

    synchronized void done(Change change) {
        switch (change) {
            case Change.Whole(LinkElements all) -> held = all;
            case Change.Part(LinkElements gone, LinkElements come) -> {
                if (held != null) {
                    held = held.without(gone).with(come);
                }
            }
        }
    }

    synchronized void failed() {
        held = null;
    }

    private LinkElements wanted() {
        Set<Integer> mailers = new HashSet<>();
        jails.forEach((link, jail) -> {
            if (mails(jail)) {
                mailers.add(link);
            }
        });
        return new LinkElements(customers(), mailers, firewalls());
    }

    private Map<Integer, LinkFirewall> firewalls() {
        Map<Integer, LinkFirewall> firewalls = new HashMap<>();
        inherited.forEach(link -> {
            JailId jail = jails.get(link);
            if (jail == null || !owners.containsKey(jail)) {
                firewalls.put(link, LinkFirewall.CLOSED);
            }
        });
        withRules.forEach(jail -> {
            Integer link = links.get(jail);
            Firewall rules = ownerOf(jail).network.firewall();
            if (link != null) {
                firewalls.put(link, new LinkFirewall(rules, peersOf(rules)));
            }
        });
        return firewalls;
    }

    private Map<JailId, Integer> peersOf(Firewall rules) {
        Map<JailId, Integer> peers = new HashMap<>();
        rules.rules().forEach(rule -> {
            if (rule.peer() instanceof Peer.OfJail(JailId peer)) {
                Integer link = links.get(peer);
                if (link != null) {
                    peers.put(peer, link);
                }
            }
        });
        return peers;
    }

    /** Returns only links of customers with several jails: a single jail has no other jail to reach. */
    private Map<Integer, Integer> customers() {
        Map<Integer, Integer> customers = new HashMap<>();
        Set<Integer> once = new HashSet<>();
        Set<Integer> more = new HashSet<>();
        jails.forEach((link, jail) -> {
            Integer number = numberOf(jail);
            if (number != null) {
                customers.put(link, number);
                if (!once.add(number)) {
                    more.add(number);
                }
            }
        });
        customers.values().retainAll(more);
        return customers;
    }

    private @Nullable Integer numberOf(JailId jail) {
        String customer = ownerOf(jail).customer;
        return customer.isEmpty() ? null : numbers.computeIfAbsent(customer, _ -> numbers.size() + 1);
    }

    private boolean mails(JailId jail) {
        return poolsSendMail && ownerOf(jail).network.mail() == OutgoingMail.BY_POOL;
    }

    private Owner ownerOf(JailId jail) {
        return owners.getOrDefault(jail, Owner.UNKNOWN);
    }
}
