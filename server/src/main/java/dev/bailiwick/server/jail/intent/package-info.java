/** The desired state of jails. Only this package writes it. */
@NullMarked
package dev.bailiwick.server.jail.intent;

import org.jspecify.annotations.NullMarked;
