/**
 * The agent's end of the link to its server: joining, the stream that brings desired states down and takes reports up, and
 * the last desired state on disk.
 */
@NullMarked
package dev.bailiwick.agent.link;

import org.jspecify.annotations.NullMarked;
