/** What a server asks a host, and what comes of it. */
@NullMarked
package dev.bailiwick.jail.question;

import org.jspecify.annotations.NullMarked;
