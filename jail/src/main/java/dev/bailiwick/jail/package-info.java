/** What a jail is: its definition and the values in it, its id and that of its host, and what a host can hold. */
@NullMarked
package dev.bailiwick.jail;

import org.jspecify.annotations.NullMarked;
