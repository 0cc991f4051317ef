/** The rules of jails as they are stored. Only {@link dev.bailiwick.server.jail.intent} writes them, as parts of generations. */
@NullMarked
package dev.bailiwick.server.jail.intent.firewall;

import org.jspecify.annotations.NullMarked;
