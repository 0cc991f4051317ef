package dev.bailiwick.server.account.signin.passkey;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.identity.LastWayIn;
import dev.bailiwick.server.account.passkey.Passkey;
import dev.bailiwick.server.account.passkey.PasskeyNotFound;
import dev.bailiwick.server.account.passkey.PasskeyRefused;
import dev.bailiwick.server.account.passkey.Passkeys;
import dev.bailiwick.server.account.passkey.Site;
import dev.bailiwick.server.account.signin.code.Proof;
import dev.bailiwick.server.account.signin.code.Proofs;
import dev.bailiwick.server.account.user.UserPasswords;
import dev.bailiwick.server.problem.InvalidRequest;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.UUID;
import org.springframework.modulith.NamedInterface;
import org.springframework.stereotype.Service;

/** The passkeys of the own account. The pages ask to confirm before a change; the API needs a {@link Proof}. */
@Service
@NamedInterface("signin")
public class OwnPasskeys {

    private final Passkeys passkeys;
    private final Challenges challenges;
    private final Proofs proofs;
    private final UserPasswords passwords;

    OwnPasskeys(Passkeys passkeys, Challenges challenges, Proofs proofs, UserPasswords passwords) {
        this.passkeys = passkeys;
        this.challenges = challenges;
        this.proofs = proofs;
        this.passwords = passwords;
    }

    public List<Passkey> list(Caller caller) {
        caller.require(Scope.TOKENS_READ);
        return passkeys.list(caller.user());
    }

    /**
     * Returns what the caller's browser needs to create a passkey, as JSON, and gives it a challenge.
     *
     * @throws InvalidRequest if the browser names an address instead of a name of the server
     */
    public String creationOptions(Caller caller, HttpServletRequest request, HttpServletResponse response) {
        requireOwnSignIn(caller);
        return passkeys.creationOptions(caller, site(request), challenges.begin(request, response));
    }

    /** Returns what a browser needs to sign in by a passkey, as JSON, and gives it a challenge. */
    String requestOptions(HttpServletRequest request, HttpServletResponse response) {
        return passkeys.requestOptions(site(request), challenges.begin(request, response));
    }

    /** A provider decides about the staff that it has sent here each time they sign in, so they have no way round it. */
    private void requireOwnSignIn(Caller caller) {
        caller.require(Scope.TOKENS_WRITE);
        if (passwords.isLeftToProvider(caller.user())) {
            throw new InvalidRequest("/name", "is not possible: you sign in at a provider");
        }
    }

    private static Site site(HttpServletRequest request) {
        return Site.of(request)
                .orElseThrow(() -> new InvalidRequest("/name", "needs a name of the server instead of its address"));
    }

    /**
     * Adds the passkey that the caller's browser has created.
     *
     * @param credential what the browser answered, as JSON
     * @throws InvalidRequest if the name is invalid, or there are too many
     * @throws PasskeyRefused if the answer is not one to the challenge that the browser was given
     */
    public void add(
            Caller caller, String name, String credential, HttpServletRequest request, HttpServletResponse response) {
        requireOwnSignIn(caller);
        Challenges.Challenge challenge = challenges
                .of(request)
                .orElseThrow(() -> new InvalidRequest("/name", "took too long: create the passkey again"));
        passkeys.add(caller, name, site(request), challenge.bytes().getBytes(), credential);
        challenges.end(response);
    }

    /**
     * @throws PasskeyNotFound if the caller has no such passkey
     * @throws LastWayIn if the caller would have no way to sign in any more
     */
    public void remove(Caller caller, UUID id) {
        caller.require(Scope.TOKENS_WRITE);
        passkeys.remove(caller, id);
    }

    /**
     * @throws InvalidRequest naming what of the proof is wrong
     * @throws PasskeyNotFound if the caller has no such passkey
     * @throws LastWayIn if the caller would have no way to sign in any more
     */
    void remove(Caller caller, UUID id, Proof proof, HttpServletRequest request) {
        proofs.given(caller, proof, request, () -> {
            passkeys.remove(caller, id);
            return id;
        });
    }
}
