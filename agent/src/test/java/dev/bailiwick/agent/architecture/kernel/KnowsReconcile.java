package dev.bailiwick.agent.architecture.kernel;

import dev.bailiwick.agent.architecture.reconcile.KnowsLinkAndNative;

/** Breaks the rule that the kernel part does not depend on any other part. */
public record KnowsReconcile(KnowsLinkAndNative reconcile) {}
