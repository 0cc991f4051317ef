/**
 * Calls that a filter has blocked, counted for each jail from the audit records of the kernel.
 */
@NullMarked
package dev.bailiwick.agent.kernel.linux.denial;

import org.jspecify.annotations.NullMarked;
