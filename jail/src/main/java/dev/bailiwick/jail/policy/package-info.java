/** What a jail may do: a profile, the overrides of one jail, and what differs between two policies. */
@NullMarked
package dev.bailiwick.jail.policy;

import org.jspecify.annotations.NullMarked;
