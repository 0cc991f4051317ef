package dev.bailiwick.server.account.signin.oidc;

import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.authentication.Factor;
import dev.bailiwick.server.account.authentication.Factors;
import dev.bailiwick.server.account.user.FederatedUsers.Identity;
import java.time.Instant;
import java.util.Optional;

/**
 * What a provider says of somebody who has signed in there.
 *
 * @param role the role of the staff to which their values lead; empty if they lead to none
 * @param login the login that they would have as staff; empty if the provider names none that can be one
 * @param account what the provider calls the account, for people; it identifies nobody
 * @param asked when the provider asked them last; not in the future. If it does not say when, long ago
 */
record Person(Identity identity, Optional<Role> role, Optional<String> login, String account, Instant asked) {

    /** Returns {@link Factor#OIDC}, at the time when the provider asked them last. */
    Factors shown() {
        return Factors.of(Factor.OIDC, asked);
    }
}
