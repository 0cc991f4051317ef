package dev.bailiwick.server.plan;

import dev.bailiwick.server.audit.Event;
import dev.bailiwick.server.audit.EventType;

/** An event about plans, for the audit. */
public sealed interface PlanEvent extends Event {

    @EventType(action = "plan.created", version = 1)
    record Created(String name) implements PlanEvent {}

    /** The plan has another version, with other terms. */
    @EventType(action = "plan.changed", version = 1)
    record Changed(int planVersion) implements PlanEvent {}

    @EventType(action = "plan.retired", version = 1)
    record Retired(String name) implements PlanEvent {}
}
