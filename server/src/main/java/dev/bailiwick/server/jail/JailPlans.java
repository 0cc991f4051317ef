package dev.bailiwick.server.jail;

import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.jail.intent.GenerationConflict;
import dev.bailiwick.server.jail.intent.Intents;
import dev.bailiwick.server.jail.view.JailPlan;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.network.port.Ports;
import dev.bailiwick.server.plan.Plan;
import dev.bailiwick.server.plan.PlanDoesNotFit;
import dev.bailiwick.server.plan.PlanId;
import dev.bailiwick.server.plan.PlanTerms;
import dev.bailiwick.server.plan.Plans;
import dev.bailiwick.server.problem.InvalidRequest;
import dev.bailiwick.server.request.IfMatch;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;

/** Puts jails on plans. */
@Service
public class JailPlans {

    private final JailActions actions;
    private final Plans plans;
    private final DefinitionChecks checks;
    private final Intents intents;
    private final HostChangeLimiter limiter;
    private final Ports ports;
    private final JdbcClient jdbc;

    JailPlans(
            JailActions actions,
            Plans plans,
            DefinitionChecks checks,
            Intents intents,
            HostChangeLimiter limiter,
            Ports ports,
            JdbcClient jdbc) {
        this.actions = actions;
        this.plans = plans;
        this.checks = checks;
        this.intents = intents;
        this.limiter = limiter;
        this.ports = ports;
        this.jdbc = jdbc;
    }

    /**
     * Puts the jail on the latest version of a plan, or on none. It gets the limits that the plan states, and keeps everything else. Does
     * nothing if it is on that version with these limits.
     *
     * @param plan empty for none; then the definition stays as it is
     * @param effect whether the change is made, or only shown
     * @return the jail as it is then, or would be
     * @throws PlanDoesNotFit if the jail has what the plan does not allow
     * @throws InvalidRequest if there is no such plan, it is retired, or the host cannot enforce its limits
     * @throws GenerationConflict if the jail is not as the caller has seen it
     */
    public JailView putOnPlan(Caller caller, JailId id, Optional<PlanId> plan, IfMatch condition, Effect effect) {
        JailView seen = actions.findActive(caller, id);
        caller.require(Right.PLANS);
        actions.refuseSuspended(caller, seen);
        Optional<Plan> sold = plan.map(plans::sold);
        return limiter.pass(
                seen.host(),
                () -> effect == Effect.MADE
                        ? actions.insist(caller, condition, seen, jail -> putOnPlan(caller, jail, sold, effect))
                        : shown(caller, condition, seen, sold));
    }

    /** Shows what would come of the change, in a transaction of its own that is undone, so never within a lock. */
    private JailView shown(Caller caller, IfMatch condition, JailView seen, Optional<Plan> sold) {
        JailView jail = seen;
        while (true) {
            try {
                return putOnPlan(caller, ConditionalChange.requireMatch(condition, jail), sold, Effect.SHOWN);
            } catch (GenerationConflict overtaken) {
                if (condition.namesVersion()) {
                    throw overtaken;
                }
                jail = actions.findActive(caller, seen.id());
            }
        }
    }

    private JailView putOnPlan(Caller caller, JailView jail, Optional<Plan> plan, Effect effect) {
        JailDefinition definition =
                plan.map(wanted -> fitting(jail, wanted.latest().terms())).orElse(jail.definition());
        Optional<JailPlan> next = plan.map(wanted -> new JailPlan(
                wanted.latest().id(),
                wanted.id(),
                wanted.name(),
                wanted.latest().version(),
                wanted.latest().terms().promisedDisk()));
        if (next.equals(jail.plan()) && definition.equals(jail.definition())) {
            return jail;
        }
        checks.requireHost(jail, definition);
        return switch (effect) {
            case MADE -> intents.putOnPlan(caller, jail, definition, next);
            case SHOWN -> intents.tentatively(() -> intents.putOnPlan(caller, jail, definition, next));
        };
    }

    private JailDefinition fitting(JailView jail, PlanTerms terms) {
        JailDefinition definition = terms.applied(jail.definition());
        List<Violation> violations = new ArrayList<>(terms.violations(definition));
        terms.tooManyPorts(ports.count(jail.id())).ifPresent(violations::add);
        if (!violations.isEmpty()) {
            throw new PlanDoesNotFit(violations);
        }
        return definition;
    }

    /**
     * Returns jails that are on another version of the plan than its latest, in the order of their ids.
     *
     * @param after the jail after which they begin; empty for the first
     */
    public List<JailId> outdated(Plan plan, Optional<JailId> after, int limit) {
        return jdbc.sql("""
                        SELECT j.id FROM jail j JOIN plan_version v ON v.id = j.plan_version_id
                        WHERE v.plan_id = :plan AND v.id <> :latest AND j.retired_at IS NULL
                            AND (:after::uuid IS NULL OR j.id > :after)
                        ORDER BY j.id LIMIT :limit
                        """)
                .param("plan", plan.id().value())
                .param("latest", plan.latest().id())
                .param("after", after.map(JailId::value).orElse(null), Types.OTHER)
                .param("limit", limit)
                .query((row, number) -> new JailId(row.getObject("id", UUID.class)))
                .list();
    }

    /** Whether a change is made, or what would come of it is only shown. */
    public enum Effect {
        MADE,
        SHOWN
    }
}
