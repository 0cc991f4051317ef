/** Jails: what is wanted of each, what is true of it, and the road between the two. */
@NullMarked
package dev.bailiwick.server.jail;

import org.jspecify.annotations.NullMarked;
