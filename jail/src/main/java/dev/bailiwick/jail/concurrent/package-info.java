/** Ways to notify a thread that there is work, without a queue of the work. */
@NullMarked
package dev.bailiwick.jail.concurrent;

import org.jspecify.annotations.NullMarked;
