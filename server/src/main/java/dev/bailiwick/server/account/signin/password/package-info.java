/** Signing in by password, and changes of it. */
@NullMarked
package dev.bailiwick.server.account.signin.password;

import org.jspecify.annotations.NullMarked;
