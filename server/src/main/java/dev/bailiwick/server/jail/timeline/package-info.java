/** How long each part of a change took, from the request to what the host reported. */
@NullMarked
package dev.bailiwick.server.jail.timeline;

import org.jspecify.annotations.NullMarked;
