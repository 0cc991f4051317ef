/** Jails: the operations for callers, and the exchange of desired states and reports with hosts. */
@NullMarked
package dev.bailiwick.server.jail;

import org.jspecify.annotations.NullMarked;
