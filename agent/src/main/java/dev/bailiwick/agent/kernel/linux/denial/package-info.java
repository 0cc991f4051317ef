/** Blocked calls, counted for each jail from the kernel's audit records. */
@NullMarked
package dev.bailiwick.agent.kernel.linux.denial;

import org.jspecify.annotations.NullMarked;
