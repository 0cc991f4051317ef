/** Passkeys of users: keys in their devices, which sign in without a password (Web Authentication). */
@NamedInterface("passkey")
@NullMarked
package dev.bailiwick.server.account.passkey;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
