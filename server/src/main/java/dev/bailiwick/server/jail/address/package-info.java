/** The addresses of jails and the names to which they lead, by the API and on a page. */
@NullMarked
package dev.bailiwick.server.jail.address;

import org.jspecify.annotations.NullMarked;
