/** Jails as they are read: one, a list, a count; what is wanted of each beside what is true of it. */
@NullMarked
package dev.bailiwick.server.jail.view;

import org.jspecify.annotations.NullMarked;
