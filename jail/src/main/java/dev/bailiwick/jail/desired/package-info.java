/** What the server wants of a host: its desired state, and the changes from one to the next. */
@NullMarked
package dev.bailiwick.jail.desired;

import org.jspecify.annotations.NullMarked;
