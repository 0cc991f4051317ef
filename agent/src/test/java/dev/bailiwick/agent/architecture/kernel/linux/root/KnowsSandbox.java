package dev.bailiwick.agent.architecture.kernel.linux.root;

import dev.bailiwick.agent.architecture.kernel.linux.sandbox.KnowsRoot;

/** One half of a cycle between two parts of a kernel. */
public record KnowsSandbox(KnowsRoot sandbox) {}
