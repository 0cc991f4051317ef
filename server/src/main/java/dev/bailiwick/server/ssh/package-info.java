/** SSH to jails: it ends at the server, which passes commands on to the hosts. */
@NullMarked
package dev.bailiwick.server.ssh;

import org.jspecify.annotations.NullMarked;
