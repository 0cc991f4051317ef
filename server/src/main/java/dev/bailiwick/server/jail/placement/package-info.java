/** The placement of a new jail: its completed definition, the hosts that can hold it, and the choice of one of them. */
@NullMarked
package dev.bailiwick.server.jail.placement;

import org.jspecify.annotations.NullMarked;
