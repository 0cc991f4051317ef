/** One change of many jails, one jail after another. */
@NullMarked
package dev.bailiwick.server.jail.rollout;

import org.jspecify.annotations.NullMarked;
