/** Observing a policy before it is enforced. */
@NullMarked
package dev.bailiwick.server.observation;

import org.jspecify.annotations.NullMarked;
