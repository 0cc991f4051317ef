/** How sizes, times and sentences are written. */
@NullMarked
package dev.bailiwick.jail.text;

import org.jspecify.annotations.NullMarked;
