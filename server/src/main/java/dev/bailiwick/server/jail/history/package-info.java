/** Jails that were removed, for as long as they can be looked up. */
@NullMarked
package dev.bailiwick.server.jail.history;

import org.jspecify.annotations.NullMarked;
