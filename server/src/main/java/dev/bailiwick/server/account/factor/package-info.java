/** The second factor of users: one-time codes of an authenticator (RFC 6238), and recovery codes in case it is lost. */
@NamedInterface("factor")
@NullMarked
package dev.bailiwick.server.account.factor;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
