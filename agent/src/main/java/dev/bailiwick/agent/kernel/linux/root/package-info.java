/**
 * The files that a jail sees as its root: opened by the agent, shifted to the jail's user ids, mounted, and later deleted or moved.
 * Storage drivers belong here.
 */
@NullMarked
package dev.bailiwick.agent.kernel.linux.root;

import org.jspecify.annotations.NullMarked;
