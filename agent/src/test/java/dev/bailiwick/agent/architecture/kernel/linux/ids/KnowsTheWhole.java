package dev.bailiwick.agent.architecture.kernel.linux.ids;

import dev.bailiwick.agent.architecture.kernel.linux.KnowsFreeBsd;

/** Breaks the rule that a part of a kernel does not depend on the class that assembles all parts. */
public record KnowsTheWhole(KnowsFreeBsd whole) {}
