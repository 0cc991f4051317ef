/**
 * The agent's end of the link to its server: the stream with desired states in one direction and reports in the other, and the last
 * desired state on disk.
 */
@NullMarked
package dev.bailiwick.agent.link;

import org.jspecify.annotations.NullMarked;
