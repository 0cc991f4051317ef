package dev.bailiwick.agent.architecture.kernel.freebsd;

import dev.bailiwick.agent.architecture.kernel.linux.KnowsFreeBsd;

/** Breaks the rule that one kernel does not depend on another. */
public record KnowsLinux(KnowsFreeBsd linux) {}
