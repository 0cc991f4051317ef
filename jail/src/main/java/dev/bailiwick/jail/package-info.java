/** What a jail is: its definition, which an operator writes, and its status, which a host reports. */
@NullMarked
package dev.bailiwick.jail;

import org.jspecify.annotations.NullMarked;
