/**
 * Which range of user ids is whose, and which jail the files at a path belong to: a record that survives the agent.
 */
@NullMarked
package dev.bailiwick.agent.kernel.linux.ids;

import org.jspecify.annotations.NullMarked;
