/** Tests of this package. */
@NullMarked
package dev.bailiwick.server.jail.rollout;

import org.jspecify.annotations.NullMarked;
