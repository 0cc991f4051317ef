/** The policy of a jail: its readings and its changes. */
@NullMarked
package dev.bailiwick.server.jail.policy;

import org.jspecify.annotations.NullMarked;
