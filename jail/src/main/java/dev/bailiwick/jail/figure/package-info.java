/** What jails use of their hosts, as the hosts measure it. */
@NullMarked
package dev.bailiwick.jail.figure;

import org.jspecify.annotations.NullMarked;
