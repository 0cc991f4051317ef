/** Reports of a host: the status of its jails, and their blocked calls. */
@NullMarked
package dev.bailiwick.jail.report;

import org.jspecify.annotations.NullMarked;
