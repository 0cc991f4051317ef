package dev.bailiwick.server.jail;

import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.Demand;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.firewall.Firewall;
import dev.bailiwick.jail.firewall.FirewallRule;
import dev.bailiwick.jail.firewall.Peer;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.host.Host;
import dev.bailiwick.server.host.Hosts;
import dev.bailiwick.server.jail.intent.JailNotFound;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.network.member.NetworkId;
import dev.bailiwick.server.network.member.NetworkMembers;
import dev.bailiwick.server.problem.InvalidRequest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;

/** The check whether rules may name whom they name, and whether hosts can enforce rules. */
@Component
class FirewallPeers {

    private final Jails jails;
    private final NetworkMembers networks;
    private final Hosts hosts;

    FirewallPeers(Jails jails, NetworkMembers networks, Hosts hosts) {
        this.jails = jails;
        this.networks = networks;
        this.hosts = hosts;
    }

    /**
     * Checks rules. A jail or network that the rules before named may be named again: it may have been removed since, and the caller need
     * not see it.
     *
     * @param of the jail whose rules they are; empty if they are of the customer
     * @param at the hosts that are to enforce them
     * @throws InvalidRequest if a rule names a jail or network that is not one of the customer, or a host cannot enforce rules
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
            at.stream()
                    .flatMap(host -> hosts.find(host).flatMap(Host::presence).stream())
                    .flatMap(presence -> presence.facts().capabilities().stream())
                    .filter(capability -> capability.refuses().contains(Demand.FIREWALL))
                    .map(capability -> new Violation("/rules", "cannot be enforced: " + capability.reason()))
                    .distinct()
                    .forEach(violations::add);
        }
        Set<Peer> known = before.rules().stream().map(FirewallRule::peer).collect(Collectors.toSet());
        for (int i = 0; i < wanted.rules().size(); i++) {
            Peer named = wanted.rules().get(i).peer();
            if (!known.contains(named)) {
                String pointer = "/rules/" + i + "/peer";
                fault(caller, customer, of, named)
                        .map(why -> new Violation(pointer, why))
                        .ifPresent(violations::add);
            }
        }
        if (!violations.isEmpty()) {
            throw new InvalidRequest(violations);
        }
    }

    private Optional<String> fault(Caller caller, CustomerId customer, Optional<JailId> of, Peer peer) {
        return switch (peer) {
            case Peer.Any(), Peer.World(), Peer.Network(AddressRange _) -> Optional.empty();
            case Peer.OfJail(JailId other) -> {
                boolean fits = !of.equals(Optional.of(other))
                        && visible(caller, other)
                                .filter(jail -> jail.customer().equals(customer))
                                .isPresent();
                yield fits
                        ? Optional.empty()
                        : Optional.of(
                                of.isPresent()
                                        ? "is no other jail of the same customer"
                                        : "is no jail of the customer");
            }
            case Peer.Members(UUID network) ->
                networks.find(customer, new NetworkId(network)).isPresent()
                        ? Optional.empty()
                        : Optional.of("is no network of the same customer");
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
