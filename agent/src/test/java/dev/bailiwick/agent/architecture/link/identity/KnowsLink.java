package dev.bailiwick.agent.architecture.link.identity;

import dev.bailiwick.agent.architecture.link.KnowsReconcile;

/** Breaks the rule that identity does not know the rest of the link. */
public record KnowsLink(KnowsReconcile link) {}
