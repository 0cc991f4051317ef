/** Signing in over SSH. */
@NullMarked
@NamedInterface("signin")
package dev.bailiwick.server.account.signin.ssh;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
