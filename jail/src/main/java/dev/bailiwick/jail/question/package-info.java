/** Questions that a server asks a host, and the replies. */
@NullMarked
package dev.bailiwick.jail.question;

import org.jspecify.annotations.NullMarked;
