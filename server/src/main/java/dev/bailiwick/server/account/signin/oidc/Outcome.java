package dev.bailiwick.server.account.signin.oidc;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.IdentityId;
import dev.bailiwick.server.account.authentication.Factors;

/** How a sign-in at a provider ended. */
sealed interface Outcome {

    /**
     * Somebody may sign in, as far as the provider is concerned.
     *
     * @param shown what they have shown, and when
     * @param identity the account at the provider
     */
    record SignedIn(Caller caller, Factors shown, IdentityId identity) implements Outcome {}

    /** @param login the login of the user; empty if nobody knows whose it would be */
    record Refused(Refusal why, String login) implements Outcome {}
}
