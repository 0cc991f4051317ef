/** Jails: what a caller can do with one, and what goes down to hosts and comes up from them. */
@NullMarked
package dev.bailiwick.server.jail;

import org.jspecify.annotations.NullMarked;
