/** What a host reports: the status of its jails, and the calls that were blocked. */
@NullMarked
package dev.bailiwick.jail.report;

import org.jspecify.annotations.NullMarked;
