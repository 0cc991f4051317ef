/** The output of jails on their standard streams, and the host's logs of it. An interactive console belongs here too. */
@NullMarked
package dev.bailiwick.agent.kernel.linux.console;

import org.jspecify.annotations.NullMarked;
