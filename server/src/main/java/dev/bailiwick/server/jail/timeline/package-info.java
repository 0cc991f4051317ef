/** Timelines: the duration of each part of a change, from the request to the host's report. */
@NullMarked
package dev.bailiwick.server.jail.timeline;

import org.jspecify.annotations.NullMarked;
