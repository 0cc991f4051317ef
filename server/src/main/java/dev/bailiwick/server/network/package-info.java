/** Address pools, and the assignment of addresses to jails. */
@NullMarked
package dev.bailiwick.server.network;

import org.jspecify.annotations.NullMarked;
