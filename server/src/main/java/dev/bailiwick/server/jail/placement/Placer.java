package dev.bailiwick.server.jail.placement;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.host.Host;
import dev.bailiwick.server.host.Hosts;
import dev.bailiwick.server.jail.placement.HostFit.PlacedDefinition;
import dev.bailiwick.server.jail.placement.Placement.Candidate;
import dev.bailiwick.server.network.AddressChoices;
import dev.bailiwick.server.network.Addresses;
import dev.bailiwick.server.network.PoolSpace;
import dev.bailiwick.server.plan.Plan;
import dev.bailiwick.server.plan.PlanId;
import dev.bailiwick.server.plan.PlanVersion;
import dev.bailiwick.server.plan.Plans;
import dev.bailiwick.server.problem.InvalidRequest;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The search for the hosts of one request's new jails. It reads hosts and pools once, and counts the jails that it
 * places.
 */
public final class Placer {

    private final CandidateHosts candidateHosts;
    private final Hosts hosts;
    private final Addresses addresses;
    private final Plans plans;
    private final Predicate<CustomerId> hasRules;
    private final Clock clock;
    private final Map<CustomerId, Boolean> withRules = new HashMap<>();
    private final Map<PlanId, Plan> sold = new HashMap<>();
    private final Map<HostId, Optional<Host>> known = new HashMap<>();
    private @Nullable List<Candidate> candidates;
    private @Nullable PoolSpace space;

    /** @param hasRules whether a customer has rules that apply to all its jails */
    Placer(
            CandidateHosts candidateHosts,
            Hosts hosts,
            Addresses addresses,
            Plans plans,
            Predicate<CustomerId> hasRules,
            Clock clock) {
        this.hasRules = hasRules;
        this.candidateHosts = candidateHosts;
        this.hosts = hosts;
        this.addresses = addresses;
        this.plans = plans;
        this.clock = clock;
    }

    /**
     * Places a jail on the requested host, or on the first host in the order of placement that can hold it and has
     * addresses for it.
     *
     * @throws InvalidRequest if the definition is invalid, or no host can hold it; of several hosts, the first gives
     *     the reason
     * @throws NoHostAvailable if no host is requested and none is connected
     */
    public PlacedDefinition place(Caller caller, JailId id, NewJail jail) {
        if (jail.host().isPresent()) {
            PlacedDefinition placed = PlacedDefinition.of(
                    caller, id, jail, plan(jail), host(jail.host().get()), clock.instant());
            List<Violation> unmet = unmet(placed, jail);
            if (!unmet.isEmpty()) {
                throw new InvalidRequest(unmet);
            }
            return placed;
        }
        return chooseHost(caller, id, jail);
    }

    private PlacedDefinition chooseHost(Caller caller, JailId id, NewJail jail) {
        List<Violation> refusal = List.of();
        Optional<PlacedDefinition> lacking = Optional.empty();
        for (Candidate candidate : Placement.order(candidates())) {
            PlacedDefinition placed =
                    PlacedDefinition.of(caller, id, jail, plan(jail), host(candidate.host()), clock.instant());
            List<Violation> unmet = unmet(placed, jail);
            if (!unmet.isEmpty()) {
                refusal = refusal.isEmpty() ? unmet : refusal;
            } else if (candidate.hasRoom(placed.definition().limits()) && hasAddresses(placed, jail)) {
                count(candidate, placed, jail);
                return placed;
            } else if (lacking.isEmpty()) {
                lacking = Optional.of(placed);
            }
        }
        if (lacking.isPresent()) {
            // Taking the addresses, or reserving what the jail asks for, will report what is missing.
            return lacking.get();
        }
        if (refusal.isEmpty()) {
            throw new NoHostAvailable();
        }
        throw new InvalidRequest(refusal);
    }

    /** The host must also enforce the rules of the customer. Whether there are some is asked only for a host that cannot. */
    private List<Violation> unmet(PlacedDefinition placed, NewJail jail) {
        List<Violation> unmet = new ArrayList<>(placed.unmet());
        placed.unmetFirewall()
                .filter(_ -> withRules.computeIfAbsent(jail.customer(), hasRules::test))
                .ifPresent(unmet::add);
        return unmet;
    }

    private boolean hasAddresses(PlacedDefinition placed, NewJail jail) {
        return space().hasRoom(
                        jail.customer(),
                        placed.host().id(),
                        placed.definition().addresses(),
                        DraftAddresses.of(jail.draft(), Optional.empty()).choices());
    }

    private void count(Candidate chosen, PlacedDefinition placed, NewJail jail) {
        Limits limits = placed.definition().limits();
        candidates().replaceAll(candidate -> candidate.equals(chosen) ? candidate.withOneMore(limits) : candidate);
        AddressChoices choices =
                DraftAddresses.of(jail.draft(), Optional.empty()).choices();
        if (choices.any()) {
            space().count(jail.customer(), chosen.host(), choices);
        }
    }

    private Optional<PlanVersion> plan(NewJail jail) {
        return jail.plan().map(id -> sold.computeIfAbsent(id, plans::sold)).map(Plan::latest);
    }

    private Host host(HostId id) {
        return known.computeIfAbsent(id, hosts::find).orElseThrow(HostFit::noHost);
    }

    private List<Candidate> candidates() {
        if (candidates == null) {
            candidates = new ArrayList<>(candidateHosts.all());
        }
        return candidates;
    }

    private PoolSpace space() {
        if (space == null) {
            space = addresses.space();
        }
        return space;
    }
}
