/** The output of jails on their standard streams, and the host's logs of it. Terminals of inits, to which people attach. */
@NullMarked
package dev.bailiwick.agent.kernel.linux.console;

import org.jspecify.annotations.NullMarked;
