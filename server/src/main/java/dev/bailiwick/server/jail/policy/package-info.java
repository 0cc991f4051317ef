/** The policy of a jail: as it is read, and as it is edited. */
@NullMarked
package dev.bailiwick.server.jail.policy;

import org.jspecify.annotations.NullMarked;
