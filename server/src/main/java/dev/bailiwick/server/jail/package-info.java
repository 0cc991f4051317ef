/** Jails: their desired state, their status, and everything that changes these two. */
@NullMarked
package dev.bailiwick.server.jail;

import org.jspecify.annotations.NullMarked;
