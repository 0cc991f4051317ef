/**
 * What a jail writes to its standard streams, and where the host keeps it. A console that can be typed into belongs here too.
 */
@NullMarked
package dev.bailiwick.agent.kernel.linux.console;

import org.jspecify.annotations.NullMarked;
