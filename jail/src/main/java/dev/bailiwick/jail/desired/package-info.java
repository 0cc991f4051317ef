/** The desired state of a host, and changes of it. */
@NullMarked
package dev.bailiwick.jail.desired;

import org.jspecify.annotations.NullMarked;
