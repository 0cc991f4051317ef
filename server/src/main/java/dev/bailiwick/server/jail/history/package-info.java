/** Removed jails, for as long as they can be found. */
@NullMarked
package dev.bailiwick.server.jail.history;

import org.jspecify.annotations.NullMarked;
