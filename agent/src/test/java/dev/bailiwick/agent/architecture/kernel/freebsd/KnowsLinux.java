package dev.bailiwick.agent.architecture.kernel.freebsd;

import dev.bailiwick.agent.architecture.kernel.linux.KnowsFreeBsd;

/** Breaks the rule that one kernel's part knows nothing of another's. */
public record KnowsLinux(KnowsFreeBsd linux) {}
