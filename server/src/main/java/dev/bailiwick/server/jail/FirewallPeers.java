package dev.bailiwick.server.jail;

import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.firewall.Firewall;
import dev.bailiwick.jail.firewall.FirewallRule;
import dev.bailiwick.jail.firewall.Peer;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.jail.intent.JailNotFound;
import dev.bailiwick.server.jail.placement.RuleEnforcement;
import dev.bailiwick.server.jail.view.JailList;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.network.member.NetworkMembers;
import dev.bailiwick.server.problem.InvalidRequest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;

/** The check whether rules may name whom they name, and whether hosts can enforce rules. */
@Component
class FirewallPeers {

    private final Jails jails;
    private final JailList list;
    private final NetworkMembers networks;
    private final RuleEnforcement enforcement;

    FirewallPeers(Jails jails, JailList list, NetworkMembers networks, RuleEnforcement enforcement) {
        this.jails = jails;
        this.list = list;
        this.networks = networks;
        this.enforcement = enforcement;
    }

    /**
     * Checks rules. A jail or network that the rules before named may be named again: it may have been removed since, and the caller need
     * not see it.
     *
     * @param of the jail whose rules they are; empty if they are of the customer
     * @param at the hosts that are to enforce them
     * @throws InvalidRequest if a rule names a jail or network that is not one of the customer, a rule of a customer names a jail, or a host
     *     cannot enforce rules
     */
    void check(
            Caller caller,
            CustomerId customer,
            Optional<JailId> of,
            Collection<HostId> at,
            Firewall before,
            Firewall wanted) {
        List<Violation> violations = new ArrayList<>();
        if (!wanted.rules().isEmpty()) {
            enforcement.refusals(at).values().stream()
                    .map(reason -> new Violation("/rules", "cannot be enforced: " + reason))
                    .distinct()
                    .forEach(violations::add);
        }
        Set<Peer> known = before.rules().stream().map(FirewallRule::peer).collect(Collectors.toSet());
        Set<JailId> others = others(caller, customer, of, wanted);
        Set<UUID> own = networks.of(customer).stream()
                .map(network -> network.id().value())
                .collect(Collectors.toSet());
        for (int i = 0; i < wanted.rules().size(); i++) {
            Peer named = wanted.rules().get(i).peer();
            if (!known.contains(named)) {
                String pointer = "/rules/" + i + "/peer";
                fault(of, named, others, own)
                        .map(why -> new Violation(pointer, why))
                        .ifPresent(violations::add);
            }
        }
        if (!violations.isEmpty()) {
            throw new InvalidRequest(violations);
        }
    }

    /** Returns those of the jails that the rules name which a rule of this jail may name. */
    private Set<JailId> others(Caller caller, CustomerId customer, Optional<JailId> of, Firewall wanted) {
        Set<JailId> named = wanted.rules().stream()
                .flatMap(rule -> rule.peer() instanceof Peer.OfJail(JailId jail) ? Stream.of(jail) : Stream.of())
                .filter(jail -> !of.equals(Optional.of(jail)))
                .collect(Collectors.toSet());
        if (named.isEmpty()) {
            return Set.of();
        }
        caller.require(Scope.JAILS_READ);
        return list.findAll(named).stream()
                .filter(jail -> jail.customer().equals(customer) && caller.sees(customer, jail.id()))
                .map(JailView::id)
                .collect(Collectors.toSet());
    }

    /**
     * Returns why a rule may not name whom it names.
     *
     * @param others the jails that a rule of a jail may name
     * @param own the networks of the customer
     */
    private static Optional<String> fault(Optional<JailId> of, Peer peer, Set<JailId> others, Set<UUID> own) {
        return switch (peer) {
            case Peer.Any(), Peer.World(), Peer.Network(AddressRange _) -> Optional.empty();
            case Peer.OfJail(JailId _)
            when of.isEmpty() ->
                Optional.of("must be a network in rules of a customer: a host knows only its own jails");
            case Peer.OfJail(JailId other) ->
                others.contains(other) ? Optional.empty() : Optional.of("is no other jail of the same customer");
            case Peer.Members(UUID network) ->
                own.contains(network) ? Optional.empty() : Optional.of("is no network of the same customer");
        };
    }

    /** Returns the jail, if the caller may see it. */
    Optional<JailView> visible(Caller caller, JailId id) {
        try {
            return Optional.of(jails.find(caller, id));
        } catch (JailNotFound unknown) {
            return Optional.empty();
        }
    }
}
