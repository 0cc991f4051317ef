/** Many jails in one request. Each line defines, starts, stops, restarts or removes a jail. */
@NullMarked
package dev.bailiwick.server.jail.batch;

import org.jspecify.annotations.NullMarked;
