/** Signing in by a passkey, and the passkeys of the own account. */
@NullMarked
package dev.bailiwick.server.account.signin.passkey;

import org.jspecify.annotations.NullMarked;
