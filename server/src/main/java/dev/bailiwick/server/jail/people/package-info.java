/** The pages on which the owners of a customer choose its people, and the jails that each of them has. */
@NullMarked
package dev.bailiwick.server.jail.people;

import org.jspecify.annotations.NullMarked;
