/** Signing in by a link that works once. */
@NullMarked
package dev.bailiwick.server.account.signin.link;

import org.jspecify.annotations.NullMarked;
