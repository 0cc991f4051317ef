/** The wire between server and agent, and the one mapper between it and the jail types. */
@NullMarked
package dev.bailiwick.protocol;

import org.jspecify.annotations.NullMarked;
