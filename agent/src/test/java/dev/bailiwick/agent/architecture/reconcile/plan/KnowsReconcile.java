package dev.bailiwick.agent.architecture.reconcile.plan;

import dev.bailiwick.agent.architecture.reconcile.KnowsLinkAndNative;

/** Breaks the rule that what is planned does not know what carries it out. */
public record KnowsReconcile(KnowsLinkAndNative reconcile) {}
