/** The policy of a jail: its profile and overrides, their effect, and the differences between two policies. */
@NullMarked
package dev.bailiwick.jail.policy;

import org.jspecify.annotations.NullMarked;
