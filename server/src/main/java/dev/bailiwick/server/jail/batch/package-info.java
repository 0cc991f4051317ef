/** Many jails in one request: each line is defined, started, stopped, restarted or removed. */
@NullMarked
package dev.bailiwick.server.jail.batch;

import org.jspecify.annotations.NullMarked;
