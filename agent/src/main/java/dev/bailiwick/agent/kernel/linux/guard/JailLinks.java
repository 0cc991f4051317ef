package dev.bailiwick.agent.kernel.linux.guard;

import dev.bailiwick.agent.kernel.AddressPools;
import dev.bailiwick.agent.kernel.linux.guard.LinkElements.LinkFirewall;
import dev.bailiwick.agent.kernel.linux.guard.LinkFirewalls.Rules;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.JailNetwork;
import dev.bailiwick.jail.desired.OutgoingMail;
import dev.bailiwick.jail.desired.SharedNetwork;
import dev.bailiwick.jail.firewall.Firewall;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The owners, networks and rules of the jails behind the links, which of these jails send mail, and which of this the kernel's table
 * contains. Thread-safe.
 *
 * <p>Jails with a number in common reach each other. Each network has a number, and so has each customer, for its jails that are in no network.
 *
 * <p>INVARIANT: {@code held} contains at least what the kernel contains. Additions enter it before the kernel, removals leave it
 * afterwards.
 */
final class JailLinks {

    private final Map<JailId, Owner> owners = new HashMap<>();
    private final Map<JailId, Integer> links = new HashMap<>();
    private final Map<Integer, JailId> jails = new HashMap<>();
    private final Memberships memberships = new Memberships();
    private final LinkFirewalls firewalls = new LinkFirewalls(memberships);
    private final LinkLimits limits = new LinkLimits();
    private boolean poolsSendMail;
    /** Null if the content of the kernel's table is unknown. */
    private @Nullable LinkElements held;

    /** @param customer empty if unknown */
    private record Owner(String customer, JailNetwork network) {

        private static final Owner UNKNOWN = new Owner("", new JailNetwork(OutgoingMail.REFUSED, Firewall.OPEN));
    }

    /** A change to the kernel's table: the whole new content, or removals and additions. */
    sealed interface Change {

        /** @param freed links that jails have left for good; likewise for a part */
        record Whole(LinkElements all, Set<Integer> freed) implements Change {}

        /**
         * @param counted the limits of connections for which the table has a set before
         * @param used those that links have afterwards
         * @param isLastRate whether links have rates before, and none afterwards
         */
        record Part(
                LinkElements gone,
                LinkElements come,
                Set<Integer> freed,
                Set<Integer> counted,
                Set<Integer> used,
                boolean isLastRate)
                implements Change {

            /** Returns the same change with these rules in place of those that come. */
            Part with(Map<Integer, LinkFirewall> rules) {
                return new Part(gone, come.with(rules), freed, counted, used, isLastRate);
            }

            boolean isEmpty() {
                return gone.isEmpty() && come.isEmpty() && freed.isEmpty();
            }
        }
    }

    /** Sets the customer of a jail, empty if unknown, and then the jail reaches no other jail; and its rules. */
    synchronized void own(JailId jail, String customer, JailNetwork network) {
        owners.put(jail, new Owner(customer, network));
        firewalls.set(jail, customer, network.rules());
    }

    /**
     * Sets what a jail may have at most.
     *
     * @param connections empty for as many as every jail
     * @param rate the bits a second that it may send; empty if no rule of the table bounds them
     */
    synchronized void limit(JailId jail, OptionalLong connections, OptionalLong rate) {
        limits.connections(jail, connections);
        limits.rate(jail, rate);
    }

    /**
     * Sets the links for which the table has rules that an earlier agent left. Until the owners of their jails are named, which also says
     * the rules, a new content of the table closes them: it must not be more open than the one that it replaces.
     */
    synchronized void inherit(Set<Integer> withRules) {
        firewalls.inherit(withRules);
    }

    /** Sets the pools of the host. While none of them lets its jails send mail, no link needs an element for that. */
    synchronized void pools(AddressPools pools) {
        poolsSendMail = pools.sendMail();
    }

    /** Sets the networks of which jails of this host are members, all of them. */
    synchronized void networks(List<SharedNetwork> networks) {
        memberships.replace(networks, firewalls.named());
    }

    /**
     * Notes that this jail is now behind this link.
     *
     * @return whether the table must change before the jail starts: it may give the link to another customer or network, let it send mail,
     *     or have other rules or limits for it, or the rules of other jails name it. What other links lack, it does not wait for
     */
    synchronized boolean occupy(int link, JailId jail) {
        JailId before = jails.put(link, jail);
        if (before != null && !before.equals(jail)) {
            links.remove(before, link);
        }
        Integer old = links.put(jail, link);
        if (old != null && old != link) {
            leave(old, jail);
        }
        if (held == null) {
            return true;
        }
        return !memberships.numbersOf(jail, ownerOf(jail).customer).containsAll(held.numbersOf(link))
                || (held.mailers().contains(link) && !mails(jail))
                || !Objects.equals(held.connections().get(link), limits.connectionsOf(jail))
                || !Objects.equals(held.rates().get(link), limits.rateOf(jail))
                || !rules().about(link).equals(new Rules(held.firewalls(), held.named()).about(link));
    }

    /** Returns the link of a jail if the table has these rules for it. */
    synchronized OptionalInt linkWith(JailId jail, Firewall rules) {
        Integer link = links.get(jail);
        LinkFirewall loaded =
                link == null || held == null ? null : held.firewalls().get(link);
        return link != null && loaded != null && loaded.rules().equals(rules)
                ? OptionalInt.of(link)
                : OptionalInt.empty();
    }

    /** Notes that this jail no longer has a link, and never will. */
    synchronized void forget(JailId jail) {
        owners.remove(jail);
        firewalls.forget(jail);
        limits.forget(jail);
        Integer link = links.remove(jail);
        if (link != null) {
            leave(link, jail);
        }
    }

    private void leave(int link, JailId jail) {
        if (jails.remove(link, jail)) {
            firewalls.free(link);
            limits.free(link);
        }
    }

    /**
     * Returns what the kernel's table lacks; empty parts if nothing. The caller must call {@link #done} or {@link #failed} afterwards.
     */
    synchronized Change change() {
        LinkElements wanted = wanted();
        LinkElements before = held;
        if (before == null) {
            return new Change.Whole(wanted, limits.freed());
        }
        Change.Part part = new Change.Part(
                before.without(wanted),
                wanted.without(before),
                limits.freed(),
                Set.copyOf(before.connections().values()),
                Set.copyOf(wanted.connections().values()),
                !before.rates().isEmpty() && wanted.rates().isEmpty());
        held = before.with(part.come);
        return part;
    }

    /** Returns the whole new content of the kernel's table. The caller must call {@link #done} or {@link #failed} afterwards. */
    synchronized Change.Whole whole() {
        held = null;
        return new Change.Whole(wanted(), limits.freed());
    }

    synchronized void done(Change change) {
        switch (change) {
            case Change.Whole(LinkElements all, Set<Integer> freed) -> {
                held = all;
                limits.forgotten(freed);
            }
            case Change.Part part -> {
                limits.forgotten(part.freed());
                if (held != null) {
                    held = held.without(part.gone()).with(part.come());
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
        Map<JailId, String> customers = new HashMap<>();
        links.keySet().forEach(jail -> customers.put(jail, ownerOf(jail).customer));
        Memberships.Numbers numbers = memberships.numbers(links, customers);
        Rules rules = rules();
        return new LinkElements(
                numbers.customers(),
                numbers.networks(),
                mailers,
                numbers.remotes(),
                rules.firewalls(),
                rules.named(),
                limits.connections(links),
                limits.rates(links));
    }

    private Rules rules() {
        return firewalls.of(
                jails, links, jail -> Optional.ofNullable(owners.get(jail)).map(Owner::customer));
    }

    private boolean mails(JailId jail) {
        return poolsSendMail && ownerOf(jail).network.mail() == OutgoingMail.BY_POOL;
    }

    private Owner ownerOf(JailId jail) {
        return owners.getOrDefault(jail, Owner.UNKNOWN);
    }
}
