/** What jails use, as their hosts measure it: stored by five minutes and by the hour, shown to the jail's customer, and metered for bills. */
@NullMarked
package dev.bailiwick.server.figure;

import org.jspecify.annotations.NullMarked;
