/** What to do next about a jail: a pure function of what is wanted of it, what is observed, and what has happened to it. */
@NullMarked
package dev.bailiwick.agent.reconcile.plan;

import org.jspecify.annotations.NullMarked;
