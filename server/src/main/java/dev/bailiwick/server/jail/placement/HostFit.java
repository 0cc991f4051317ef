package dev.bailiwick.server.jail.placement;

import dev.bailiwick.jail.Demand;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.question.HostAnswer.PathVerdict;
import dev.bailiwick.jail.question.HostQuestion.MayUsePath;
import dev.bailiwick.jail.question.HostReply.Answered;
import dev.bailiwick.jail.question.HostReply.Unanswered;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.host.Host;
import dev.bailiwick.server.host.HostCalls;
import dev.bailiwick.server.host.Hosts;
import dev.bailiwick.server.network.Addresses;
import dev.bailiwick.server.plan.PlanTerms;
import dev.bailiwick.server.plan.PlanVersion;
import dev.bailiwick.server.plan.Plans;
import dev.bailiwick.server.problem.InvalidRequest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** The check whether a host can hold a definition, and the search for a host that can. */
@Component
public class HostFit {

    /** Short, because a user waits for the answer. */
    private static final Duration MAX_ANSWER = Duration.ofSeconds(2);

    private final CandidateHosts candidateHosts;
    private final Hosts hosts;
    private final HostCalls calls;
    private final Addresses addresses;
    private final Plans plans;
    private final RuleEnforcement enforcement;
    private final Clock clock;

    HostFit(
            CandidateHosts candidateHosts,
            Hosts hosts,
            HostCalls calls,
            Addresses addresses,
            Plans plans,
            RuleEnforcement enforcement,
            Clock clock) {
        this.candidateHosts = candidateHosts;
        this.hosts = hosts;
        this.calls = calls;
        this.addresses = addresses;
        this.plans = plans;
        this.enforcement = enforcement;
        this.clock = clock;
    }

    /**
     * A new jail on a host.
     *
     * @param ownPath the path of its files on the host if the jail names none; empty if the host has never connected
     * @param plan the version of the plan that it is put on; empty for none
     */
    public record PlacedDefinition(
            Host host, Optional<String> ownPath, Optional<PlanVersion> plan, JailDefinition definition) {

        static PlacedDefinition of(
                Caller caller, JailId id, NewJail jail, Optional<PlanVersion> plan, Host host, Instant now) {
            Optional<String> ownPath = host.presence().map(p -> p.facts().rootBase() + "/" + id);
            JailDefinition wanted =
                    DraftCompletion.define(jail.draft(), ownPath, caller.login(), Optional.empty(), now);
            return new PlacedDefinition(
                    host,
                    ownPath,
                    plan,
                    plan.map(version -> within(version.terms(), wanted)).orElse(wanted));
        }

        private static JailDefinition within(PlanTerms terms, JailDefinition wanted) {
            JailDefinition complete = terms.complete(wanted);
            List<Violation> violations = terms.violations(complete);
            if (!violations.isEmpty()) {
                throw new InvalidRequest(violations);
            }
            return complete;
        }

        /** Returns whether the caller named the path, so that it has to be checked. */
        public boolean namesPath() {
            return !ownPath.equals(Optional.of(definition.path().value()));
        }

        /**
         * Returns the demands that the host cannot meet, according to its last report. A host that has never connected
         * has none here, and checks the definition itself when it applies it.
         */
        List<Violation> unmet() {
            return HostFit.unmet(host, definition);
        }

        /** Returns why the host cannot enforce rules of a firewall; empty if it can, or has never connected. */
        Optional<Violation> unmetFirewall() {
            return host.presence().stream()
                    .flatMap(presence -> presence.facts().capabilities().stream())
                    .filter(capability -> capability.refuses().contains(Demand.FIREWALL))
                    .map(capability -> RuleEnforcement.violation("/host", capability.reason()))
                    .findFirst();
        }
    }

    /** Returns a search for the hosts of one request's new jails. */
    public Placer placer() {
        return new Placer(candidateHosts, hosts, addresses, plans, enforcement::hasRules, clock);
    }

    public Host host(HostId id) {
        return hosts.find(id).orElseThrow(HostFit::noHost);
    }

    public static InvalidRequest noHost() {
        return new InvalidRequest("/host", "is not a host");
    }

    public static void refuseUnmet(Host host, JailDefinition definition) {
        List<Violation> unmet = unmet(host, definition);
        if (!unmet.isEmpty()) {
            throw new InvalidRequest(unmet);
        }
    }

    /**
     * Checks the path of a definition. Also asks the host if it is connected.
     *
     * @throws InvalidRequest if the path may not be used on the host
     */
    public void refuseBadPath(Host host, JailDefinition definition) {
        refuseOutside(host, definition.path());
        hostsRefusal(host, definition).ifPresent(refusal -> {
            throw refusal;
        });
    }

    public static void refuseOutside(Host host, RootPath path) {
        host.presence().ifPresent(presence -> {
            String allowed = presence.facts().rootBase();
            if (!path.value().startsWith(allowed + "/")) {
                throw new InvalidRequest("/path", "is not below " + allowed + ", where this host has its jails");
            }
        });
    }

    /**
     * Returns the host's objection to the path. Without an answer of the host, there is none: the host checks the path
     * again when it applies the definition.
     */
    public Optional<InvalidRequest> hostsRefusal(Host host, JailDefinition definition) {
        MayUsePath question = new MayUsePath(definition.path(), definition.base());
        return switch (calls.ask(host.id(), question, MAX_ANSWER)) {
            case Answered<PathVerdict>(PathVerdict verdict) ->
                verdict.refusal().map(refusal -> new InvalidRequest("/path", refusal));
            case Unanswered<PathVerdict> _ -> Optional.empty();
        };
    }

    private static List<Violation> unmet(Host host, JailDefinition definition) {
        return host.presence()
                .map(presence -> presence.facts().unmet(definition))
                .orElse(List.of());
    }
}
