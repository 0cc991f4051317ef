/** What a jail is: its definition as an operator wants it, and its status as a host reports it. */
@NullMarked
package dev.bailiwick.jail;

import org.jspecify.annotations.NullMarked;
