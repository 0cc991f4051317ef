/** How much passes the link of a jail, beside a path without jails. */
@NullMarked
package dev.bailiwick.benchmarks.network;

import org.jspecify.annotations.NullMarked;
