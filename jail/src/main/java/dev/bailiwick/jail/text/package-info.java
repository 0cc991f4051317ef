/** Reads and writes sizes, times and plain text. */
@NullMarked
package dev.bailiwick.jail.text;

import org.jspecify.annotations.NullMarked;
