package dev.bailiwick.jail.cycle.other;

import dev.bailiwick.jail.cycle.one.One;

/** Knows the other package, which knows this one. */
public record Other(Class<One> one) {}
