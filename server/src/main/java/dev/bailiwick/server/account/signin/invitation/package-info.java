/** Accepting an invitation to a customer, by its link. */
@NullMarked
package dev.bailiwick.server.account.signin.invitation;

import org.jspecify.annotations.NullMarked;
