/** One change of many jails, a few at a time. */
@NullMarked
package dev.bailiwick.server.jail.rollout;

import org.jspecify.annotations.NullMarked;
