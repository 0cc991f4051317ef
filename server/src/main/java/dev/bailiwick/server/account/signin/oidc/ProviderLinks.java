package dev.bailiwick.server.account.signin.oidc;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.authentication.CallerAuthentication;
import dev.bailiwick.server.account.identity.IdentityRefused;
import dev.bailiwick.server.account.identity.LinkedIdentities;
import dev.bailiwick.server.account.member.InvitationAcceptance;
import dev.bailiwick.server.account.member.InvitationVoid;
import dev.bailiwick.server.account.signin.oidc.BegunSignIns.Begun;
import dev.bailiwick.server.account.user.FederatedUsers;
import dev.bailiwick.server.account.user.LoginTaken;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.Optional;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.stereotype.Component;

/**
 * Links accounts at providers to users of customers. Whoever links shows twice who they are at once: here, by the session in which they
 * began, and at the provider, which has asked them again since. An account with a role of the staff is never linked.
 */
@Component
class ProviderLinks {

    /** The maximum difference between the clocks of the server and of a provider. */
    private static final Duration SKEW = Duration.ofMinutes(1);

    private final FederatedUsers federated;
    private final LinkedIdentities identities;
    private final InvitationAcceptance invitations;
    private final ProviderSignIn signIns;

    ProviderLinks(
            FederatedUsers federated,
            LinkedIdentities identities,
            InvitationAcceptance invitations,
            ProviderSignIn signIns) {
        this.federated = federated;
        this.identities = identities;
        this.invitations = invitations;
        this.signIns = signIns;
    }

    /** Links the account to the user whose session began this; returns why not, if it cannot be linked. It signs nobody in. */
    Optional<Refusal> link(Begun begun, Person person, HttpServletRequest request) {
        Optional<Caller> caller = current().filter(known -> known.acting().isEmpty());
        if (caller.isEmpty() || !begun.isOfSessionOf(request)) {
            return Optional.of(Refusal.OTHER_SESSION);
        }
        Optional<Refusal> unfit = unfit(begun, person);
        if (unfit.isPresent()) {
            return unfit;
        }
        try {
            identities.link(caller.get(), person.identity(), person.account());
        } catch (IdentityRefused refused) {
            return Optional.of(why(refused));
        }
        return Optional.empty();
    }

    /**
     * Accepts the invitation as a new user, with the account. Somebody who has linked the account already is signed in, and can accept
     * then.
     *
     * @throws InvitationVoid if the invitation does not hold
     */
    Outcome accept(Begun begun, Person person, HttpServletRequest request) {
        Optional<Refusal> unfit =
                begun.isOfSessionOf(request) ? unfit(begun, person) : Optional.of(Refusal.OTHER_SESSION);
        if (unfit.isPresent()) {
            return new Outcome.Refused(unfit.get(), "");
        }
        if (federated.find(person.identity()).isEmpty()) {
            try {
                invitations.acceptByProvider(begun.invitation(), person.identity(), person.account());
            } catch (LoginTaken somebody) {
                return new Outcome.Refused(Refusal.INVITED_TAKEN, "");
            } catch (IdentityRefused refused) {
                return new Outcome.Refused(why(refused), "");
            }
        }
        return signIns.signIn(person);
    }

    /** Whether the invitation can still be accepted. */
    boolean isOpen(Begun begun) {
        return invitations.offer(begun.invitation()).isPresent();
    }

    private static Optional<Refusal> unfit(Begun begun, Person person) {
        if (person.asked().isBefore(begun.at().minus(SKEW))) {
            return Optional.of(Refusal.NOT_ASKED);
        }
        return person.role().map(_ -> Refusal.STAFF_ACCOUNT);
    }

    private static Refusal why(IdentityRefused refused) {
        return switch (refused.reason()) {
            case TAKEN -> Refusal.ACCOUNT_TAKEN;
            case ANOTHER -> Refusal.ANOTHER_ACCOUNT;
            case USER_CHANGED -> Refusal.OTHER_SESSION;
        };
    }

    private static Optional<Caller> current() {
        return SecurityContextHolder.getContext().getAuthentication() instanceof CallerAuthentication known
                ? Optional.of(known.getPrincipal())
                : Optional.empty();
    }
}
