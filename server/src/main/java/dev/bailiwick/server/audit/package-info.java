/** The audit: the events and their actors. Events are only ever added; a hash chain makes changes to them detectable. */
@NullMarked
package dev.bailiwick.server.audit;

import org.jspecify.annotations.NullMarked;
