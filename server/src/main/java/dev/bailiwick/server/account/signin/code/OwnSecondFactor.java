package dev.bailiwick.server.account.signin.code;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.factor.SecondFactor;
import dev.bailiwick.server.account.factor.SecondFactorOff;
import dev.bailiwick.server.account.factor.SecondFactorOn;
import dev.bailiwick.server.account.factor.SecondFactors;
import dev.bailiwick.server.account.factor.Setup;
import dev.bailiwick.server.account.factor.TooManyCodes;
import dev.bailiwick.server.account.signin.password.TooManyAttempts;
import dev.bailiwick.server.account.signin.password.TooManySignIns;
import dev.bailiwick.server.problem.InvalidRequest;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.modulith.NamedInterface;
import org.springframework.stereotype.Service;

/**
 * Lets users manage their own second factor. Each change needs a {@link Proof}: who finds a browser signed in, or steals a token,
 * cannot shut its user out.
 */
@Service
@NamedInterface("signin")
public class OwnSecondFactor {

    private final SecondFactors factors;
    private final Proofs proofs;

    OwnSecondFactor(SecondFactors factors, Proofs proofs) {
        this.factors = factors;
        this.proofs = proofs;
    }

    public SecondFactor status(Caller caller) {
        caller.require(Scope.TOKENS_READ);
        return factors.status(caller.user());
    }

    /** Returns the setup that the caller has begun; empty if there is none, or it has been confirmed. */
    public Optional<Setup> begun(Caller caller) {
        caller.require(Scope.TOKENS_WRITE);
        return factors.begun(caller);
    }

    /**
     * Begins a setup; it replaces an unfinished one.
     *
     * @throws InvalidRequest naming what of the proof is wrong
     * @throws SecondFactorOn if there is a second factor
     * @throws TooManyAttempts if the caller tried too often
     * @throws TooManySignIns if too many passwords are being checked
     */
    public Setup begin(Caller caller, Proof proof, HttpServletRequest request) {
        return proofs.given(caller, proof, request, () -> factors.begin(caller));
    }

    /**
     * Confirms the setup by a code of the authenticator.
     *
     * @return the recovery codes, which are not shown again
     * @throws InvalidRequest naming {@code /code} if it is wrong
     * @throws SecondFactorOff if no setup has begun
     * @throws TooManyAttempts if the caller tried too often
     * @throws TooManySignIns if too many passwords are being checked
     */
    public List<String> confirm(Caller caller, @Nullable String code, HttpServletRequest request) {
        caller.require(Scope.TOKENS_WRITE);
        return proofs.attempt(caller, request, () -> factors.confirm(caller, code));
    }

    /**
     * Replaces the recovery codes.
     *
     * @return the new ones, which are not shown again
     * @throws InvalidRequest naming what of the proof is wrong
     * @throws SecondFactorOff if there is no second factor
     * @throws TooManyAttempts if the caller tried too often
     * @throws TooManyCodes if too many wrong codes were given
     * @throws TooManySignIns if too many passwords are being checked
     */
    public List<String> renewRecoveryCodes(Caller caller, Proof proof, HttpServletRequest request) {
        return proofs.given(caller, proof, request, () -> factors.renewRecoveryCodes(caller));
    }

    /**
     * Removes the second factor with its recovery codes, or an unfinished setup.
     *
     * @throws InvalidRequest naming what of the proof is wrong
     * @throws SecondFactorOff if there is neither
     * @throws TooManyAttempts if the caller tried too often
     * @throws TooManyCodes if too many wrong codes were given
     * @throws TooManySignIns if too many passwords are being checked
     */
    public void remove(Caller caller, Proof proof, HttpServletRequest request) {
        proofs.given(caller, proof, request, () -> {
            factors.remove(caller, caller.user());
            return true;
        });
    }
}
