/** The rules for connections of one jail, and which of them decides about one. */
@NullMarked
package dev.bailiwick.jail.firewall;

import org.jspecify.annotations.NullMarked;
