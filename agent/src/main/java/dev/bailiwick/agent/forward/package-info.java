/** Connections to ports in jails, for people who are elsewhere. */
@NullMarked
package dev.bailiwick.agent.forward;

import org.jspecify.annotations.NullMarked;
