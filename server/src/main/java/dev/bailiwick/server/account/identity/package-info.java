/** Accounts at providers that users of customers have linked to theirs, and which ways to sign in a user has. */
@NamedInterface("identity")
@NullMarked
package dev.bailiwick.server.account.identity;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
