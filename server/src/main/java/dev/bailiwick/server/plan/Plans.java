package dev.bailiwick.server.plan;

import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
import dev.bailiwick.server.problem.InvalidRequest;
import dev.bailiwick.server.request.FreeText;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The plans that are sold. A plan changes by a new version; jails stay on theirs until they are put on it. */
@Service
public class Plans {

    static final int MAX_NAME = 200;

    private final StoredPlans stored;
    private final StoredPlanVersions versions;
    private final Audit audit;
    private final Clock clock;

    Plans(StoredPlans stored, StoredPlanVersions versions, Audit audit, Clock clock) {
        this.stored = stored;
        this.versions = versions;
        this.audit = audit;
        this.clock = clock;
    }

    /**
     * Creates a plan, with its first version.
     *
     * @throws InvalidRequest if the name is invalid
     * @throws PlanNameTaken if another plan that is sold has this name
     */
    @Transactional
    public Plan create(Caller caller, @Nullable String wanted, PlanTerms terms) {
        caller.require(Right.PLANS);
        PlanId id = PlanId.fresh();
        String name = free(wanted);
        Instant now = clock.instant();
        StoredPlan plan = insert(new StoredPlan(id, name, now));
        StoredPlanVersion first = versions.saveAndFlush(new StoredPlanVersion(id, 1, terms, now));
        audit.record(caller.actor(), Subject.of("plan", id), new PlanEvent.Created(name));
        return plan.view(first.view());
    }

    /**
     * Makes the next version of a plan, unless the latest one has these terms already.
     *
     * @throws PlanNotFound if there is no such plan
     * @throws InvalidRequest if it is retired
     */
    @Transactional
    public Plan change(Caller caller, PlanId id, PlanTerms terms) {
        caller.require(Right.PLANS);
        StoredPlan plan = sold(stored.lock(id.value()), id);
        PlanVersion latest = latest(id);
        if (terms.equals(latest.terms())) {
            return plan.view(latest);
        }
        int next = latest.version() + 1;
        audit.record(caller.actor(), Subject.of("plan", id), new PlanEvent.Changed(next));
        return plan.view(versions.saveAndFlush(new StoredPlanVersion(id, next, terms, clock.instant()))
                .view());
    }

    /**
     * Retires a plan: no jail is put on it any more, and those on it stay. Does nothing if it is retired already.
     *
     * @throws PlanNotFound if there is no such plan
     */
    @Transactional
    public Plan retire(Caller caller, PlanId id) {
        caller.require(Right.PLANS);
        StoredPlan plan = stored.lock(id.value()).orElseThrow(() -> new PlanNotFound(id));
        if (!plan.isRetired()) {
            plan.retire(clock.instant());
            stored.saveAndFlush(plan);
            audit.record(caller.actor(), Subject.of("plan", id), new PlanEvent.Retired(plan.name()));
        }
        return plan.view(latest(id));
    }

    /** Returns all plans, by name. There are few. */
    @Transactional(readOnly = true)
    public List<Plan> list(Caller caller) {
        caller.require(Scope.PLANS_READ);
        Map<PlanId, PlanVersion> latest =
                versions.latest().stream().collect(Collectors.toMap(StoredPlanVersion::plan, StoredPlanVersion::view));
        return stored.all().stream()
                .map(plan -> plan.view(Objects.requireNonNull(latest.get(plan.id()))))
                .toList();
    }

    /** @throws PlanNotFound if there is no such plan */
    @Transactional(readOnly = true)
    public Plan get(Caller caller, PlanId id) {
        caller.require(Scope.PLANS_READ);
        return find(id);
    }

    /**
     * Returns a plan, whoever asks.
     *
     * @throws PlanNotFound if there is no such plan
     */
    @Transactional(readOnly = true)
    public Plan find(PlanId id) {
        return stored.findById(id.value()).map(plan -> plan.view(latest(id))).orElseThrow(() -> new PlanNotFound(id));
    }

    /**
     * Returns the versions of a plan, the latest first.
     *
     * @throws PlanNotFound if there is no such plan
     */
    @Transactional(readOnly = true)
    public List<PlanVersion> versions(Caller caller, PlanId id) {
        caller.require(Scope.PLANS_READ);
        List<StoredPlanVersion> all = versions.findByPlanOrderByVersionDesc(id.value());
        if (all.isEmpty()) {
            throw new PlanNotFound(id);
        }
        return all.stream().map(StoredPlanVersion::view).toList();
    }

    /**
     * Returns the plan on which a jail is to be put, whoever asks.
     *
     * @throws InvalidRequest if there is no such plan, or it is retired
     */
    @Transactional(readOnly = true)
    public Plan sold(PlanId id) {
        try {
            return sold(stored.findById(id.value()), id).view(latest(id));
        } catch (PlanNotFound missing) {
            throw new InvalidRequest("/plan", "is not a plan");
        }
    }

    /** Returns the terms of a version, whoever asks. */
    @Transactional(readOnly = true)
    public PlanTerms terms(UUID version) {
        return version(version).terms();
    }

    /** Returns a version, whoever asks. */
    @Transactional(readOnly = true)
    public PlanVersion version(UUID version) {
        return versions.findById(version).map(StoredPlanVersion::view).orElseThrow();
    }

    private static StoredPlan sold(Optional<StoredPlan> found, PlanId id) {
        StoredPlan plan = found.orElseThrow(() -> new PlanNotFound(id));
        if (plan.isRetired()) {
            throw new InvalidRequest("/plan", "is retired");
        }
        return plan;
    }

    private PlanVersion latest(PlanId id) {
        return versions.findByPlanOrderByVersionDesc(id.value()).getFirst().view();
    }

    private StoredPlan insert(StoredPlan plan) {
        try {
            return stored.saveAndFlush(plan);
        } catch (DataIntegrityViolationException e) {
            // Another plan got the name at the same time.
            throw new PlanNameTaken(plan.name());
        }
    }

    private String free(@Nullable String name) {
        List<Violation> violations = new ArrayList<>();
        FreeText.check("/name", name, MAX_NAME, violations);
        if (name == null || !violations.isEmpty()) {
            throw new InvalidRequest(violations);
        }
        if (stored.isTaken(name)) {
            throw new PlanNameTaken(name);
        }
        return name;
    }
}
