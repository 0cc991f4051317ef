/** Sessions of commands in jails: they go on while people attach and detach, and keep what the commands write. */
@NullMarked
package dev.bailiwick.agent.exec;

import org.jspecify.annotations.NullMarked;
