/** Commands beside the first processes of running jails. */
@NullMarked
package dev.bailiwick.agent.kernel.linux.command;

import org.jspecify.annotations.NullMarked;
