/** The record of which range of user ids each jail has, and which jail owns the files at a path. It survives the agent. */
@NullMarked
package dev.bailiwick.agent.kernel.linux.ids;

import org.jspecify.annotations.NullMarked;
