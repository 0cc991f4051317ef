package dev.bailiwick.jail.cycle.one;

import dev.bailiwick.jail.cycle.other.Other;

/** Knows the other package, which knows this one. */
public record One(Class<Other> other) {}
