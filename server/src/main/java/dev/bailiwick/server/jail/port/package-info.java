/** The ports of hosts that lead to jails, by the API and on pages. */
@NullMarked
package dev.bailiwick.server.jail.port;

import org.jspecify.annotations.NullMarked;
