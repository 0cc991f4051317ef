package dev.bailiwick.agent.architecture.kernel.linux.sandbox;

import dev.bailiwick.agent.architecture.kernel.linux.root.KnowsSandbox;

/** The other half of the cycle. */
public record KnowsRoot(KnowsSandbox root) {}
