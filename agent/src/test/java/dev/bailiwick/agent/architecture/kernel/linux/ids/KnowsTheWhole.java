package dev.bailiwick.agent.architecture.kernel.linux.ids;

import dev.bailiwick.agent.architecture.kernel.linux.KnowsFreeBsd;

/** Breaks the rule that a part of a kernel does not know the class that puts all parts together. */
public record KnowsTheWhole(KnowsFreeBsd whole) {}
