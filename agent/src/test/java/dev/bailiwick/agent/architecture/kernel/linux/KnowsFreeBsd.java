package dev.bailiwick.agent.architecture.kernel.linux;

import dev.bailiwick.agent.architecture.kernel.freebsd.KnowsLinux;

/** Breaks the same rule from the other side. */
public record KnowsFreeBsd(KnowsLinux freebsd) {}
