package dev.bailiwick.server.account.signin.email;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.signin.code.Proof;
import dev.bailiwick.server.account.signin.code.Proofs;
import dev.bailiwick.server.account.user.UserPasswords;
import dev.bailiwick.server.mail.EmailAddress;
import dev.bailiwick.server.mail.Mails;
import dev.bailiwick.server.problem.InvalidRequest;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.modulith.NamedInterface;
import org.springframework.stereotype.Service;

/** The address of the own account. The pages ask to confirm before a change; the API needs a {@link Proof}. */
@Service
@NamedInterface("signin")
public class OwnEmail {

    private final EmailConfirmations confirmations;
    private final Proofs proofs;
    private final UserPasswords passwords;
    private final Mails mails;

    OwnEmail(EmailConfirmations confirmations, Proofs proofs, UserPasswords passwords, Mails mails) {
        this.confirmations = confirmations;
        this.proofs = proofs;
        this.passwords = passwords;
        this.mails = mails;
    }

    /** Whether this installation sends mail. */
    public boolean isPossible() {
        return mails.areSent();
    }

    public Email status(Caller caller) {
        caller.require(Scope.TOKENS_READ);
        return confirmations.of(caller.user());
    }

    /**
     * Has a link sent to an address, which counts once the link was followed. Until then the one before counts.
     *
     * @throws InvalidRequest naming {@code /address}, also if the caller signs in at a provider
     * @throws TooManyConfirmations if as many were sent within a day as may be
     */
    public Email set(Caller caller, @Nullable String address) {
        requireOwnSignIn(caller);
        return confirmations.request(caller, parse(address));
    }

    /**
     * As {@link #set(Caller, String)}, with a proof.
     *
     * @throws InvalidRequest naming what of the proof is wrong
     */
    Email set(Caller caller, @Nullable String address, Proof proof, HttpServletRequest request) {
        EmailAddress wanted = parse(address);
        return proofs.given(caller, proof, request, () -> set(caller, wanted.text()));
    }

    /** Removes the caller's address, and one that waits to be confirmed. Without either, nothing happens. */
    public void remove(Caller caller) {
        caller.require(Scope.TOKENS_WRITE);
        confirmations.remove(caller);
    }

    /** @throws InvalidRequest naming what of the proof is wrong */
    void remove(Caller caller, Proof proof, HttpServletRequest request) {
        proofs.given(caller, proof, request, () -> {
            remove(caller);
            return true;
        });
    }

    private static EmailAddress parse(@Nullable String address) {
        return EmailAddress.of(address == null ? "" : address.strip())
                .orElseThrow(() -> new InvalidRequest("/address", EmailAddress.RULE));
    }

    /** Mail is a way back into an account. A provider decides about the staff that it has sent here by itself. */
    private void requireOwnSignIn(Caller caller) {
        caller.require(Scope.TOKENS_WRITE);
        if (passwords.isLeftToProvider(caller.user())) {
            throw new InvalidRequest("/address", "is not possible: you sign in at a provider");
        }
    }
}
