/** Writes files that survive a power failure. */
@NullMarked
package dev.bailiwick.agent.disk;

import org.jspecify.annotations.NullMarked;
