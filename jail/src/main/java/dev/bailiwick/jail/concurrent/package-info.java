/** How one thread learns from others that there is something to do, without a queue of what it is. */
@NullMarked
package dev.bailiwick.jail.concurrent;

import org.jspecify.annotations.NullMarked;
