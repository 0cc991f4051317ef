/** The definition of a jail and its values, the ids of jails and hosts, and the demands that a host can meet. */
@NullMarked
package dev.bailiwick.jail;

import org.jspecify.annotations.NullMarked;
