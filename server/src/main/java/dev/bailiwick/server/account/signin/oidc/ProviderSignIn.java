package dev.bailiwick.server.account.signin.oidc;

import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.identity.LinkedIdentities;
import dev.bailiwick.server.account.user.FederatedUsers;
import dev.bailiwick.server.account.user.FederatedUsers.Known;
import dev.bailiwick.server.account.user.LastOwner;
import dev.bailiwick.server.account.user.LoginTaken;
import dev.bailiwick.server.account.user.Users;
import java.util.Optional;
import org.springframework.stereotype.Component;

/**
 * Finds the user whom somebody at a provider is. The link of an account to a user of a customer comes first, then the role of the staff
 * that the provider says; whoever has neither is nobody here. An account with both signs nobody in.
 */
@Component
class ProviderSignIn {

    private final FederatedUsers federated;
    private final Users users;
    private final LinkedIdentities identities;

    ProviderSignIn(FederatedUsers federated, Users users, LinkedIdentities identities) {
        this.federated = federated;
        this.users = users;
        this.identities = identities;
    }

    Outcome signIn(Person person) {
        Optional<Known> known = federated.find(person.identity());
        if (known.isPresent() && !known.get().role().isStaff()) {
            return linked(known.get(), person);
        }
        if (person.role().isEmpty()) {
            known.ifPresent(user -> federated.endSessions(user.id()));
            return known.map(user -> new Outcome.Refused(Refusal.NO_ROLE, user.login()))
                    .orElseGet(() -> new Outcome.Refused(Refusal.NOT_LINKED, ""));
        }
        return known.isPresent()
                ? staff(known.get(), person.role().get(), person)
                : create(person.role().get(), person);
    }

    private Outcome linked(Known user, Person person) {
        if (person.role().isPresent()) {
            return new Outcome.Refused(Refusal.LINKED_STAFF, user.login());
        }
        return users.inSession(user.id(), Optional.of(user.identity()))
                .<Outcome>map(caller -> {
                    identities.used(user.identity());
                    return new Outcome.SignedIn(caller, person.shown(), user.identity());
                })
                .orElseGet(() -> new Outcome.Refused(Refusal.DISABLED, user.login()));
    }

    private Outcome staff(Known user, Role role, Person person) {
        try {
            return federated
                    .changeRole(user.id(), role)
                    .<Outcome>map(caller -> new Outcome.SignedIn(caller, person.shown(), user.identity()))
                    .orElseGet(() -> new Outcome.Refused(Refusal.DISABLED, user.login()));
        } catch (LastOwner last) {
            return new Outcome.Refused(Refusal.LAST_OWNER, user.login());
        }
    }

    private Outcome create(Role role, Person person) {
        if (person.login().isEmpty()) {
            return new Outcome.Refused(Refusal.NO_LOGIN, "");
        }
        try {
            federated.create(person.identity(), person.login().get(), role);
        } catch (LoginTaken somebody) {
            // Perhaps the same person signed in twice at once.
            if (federated.find(person.identity()).isEmpty()) {
                return new Outcome.Refused(Refusal.LOGIN_TAKEN, "");
            }
        }
        return signIn(person);
    }
}
