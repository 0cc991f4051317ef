package dev.bailiwick.agent.architecture.link;

import dev.bailiwick.agent.architecture.reconcile.KnowsLinkAndNative;

/** Breaks the rule that the link does not depend on reconcile. */
public record KnowsReconcile(KnowsLinkAndNative reconcile) {}
