package dev.bailiwick.agent.architecture.kernel;

import dev.bailiwick.agent.architecture.reconcile.KnowsLinkAndNative;

/** Breaks the rule that the kernel part knows no other. */
public record KnowsReconcile(KnowsLinkAndNative reconcile) {}
