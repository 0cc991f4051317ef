package dev.bailiwick.server.account.signin.ssh;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.authentication.Credential;
import dev.bailiwick.server.account.authentication.Factor;
import dev.bailiwick.server.account.authentication.Factors;
import dev.bailiwick.server.account.authentication.Origin;
import dev.bailiwick.server.account.factor.SecondFactors;
import dev.bailiwick.server.account.key.SshKeys;
import dev.bailiwick.server.account.signin.password.FailedSignIns;
import dev.bailiwick.server.account.signin.password.PasswordAttempts;
import dev.bailiwick.server.account.signin.password.PasswordCheckLimit;
import dev.bailiwick.server.account.user.SignInRefused;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.database.RowAccess;
import dev.bailiwick.server.problem.Failure;
import java.time.Clock;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;

/**
 * Signs people in over SSH: by a key of their account, or by their password and, if they have a second factor, a code. Attempts with
 * passwords and codes count together with those on the pages. Each method may block for some seconds.
 */
@Component
public class SshSignIns {

    /** What SSH is for; nothing else is done by it. */
    private static final Set<Scope> SCOPES = Set.of(Scope.JAILS_READ, Scope.JAILS_CONSOLE, Scope.JAILS_FILES);

    private final SshKeys keys;
    private final Users users;
    private final SecondFactors factors;
    private final PasswordAttempts attempts;
    private final FailedSignIns failed;
    private final PasswordCheckLimit turns;
    private final Clock clock;

    SshSignIns(
            SshKeys keys,
            Users users,
            SecondFactors factors,
            PasswordAttempts attempts,
            FailedSignIns failed,
            PasswordCheckLimit turns,
            Clock clock) {
        this.keys = keys;
        this.users = users;
        this.factors = factors;
        this.attempts = attempts;
        this.failed = failed;
        this.turns = turns;
        this.clock = clock;
    }

    /**
     * Somebody who has shown who they are, or has shown the first of two factors.
     *
     * @param by what they have shown, for the audit
     * @param needsCode whether a code is missing
     */
    public record Shown(Caller caller, Credential credential, String by, boolean needsCode) {}

    /** Counts an attempt with keys; returns whether they may be looked up. */
    public boolean permitsKeys(Origin origin) {
        return attempts.permitsKey(origin);
    }

    /**
     * Returns the user whose key this is; empty if the user of this login does not have it, or may not sign in. Whether the client has
     * the private key is yet to be verified.
     *
     * @param blob the public key in the wire format
     */
    public Optional<Shown> byKey(String login, byte[] blob) {
        // Nobody has signed in, so nobody's access applies.
        return RowAccess.everything()
                .call(() -> keys.find(login, blob))
                .flatMap(key -> users.inSession(key.user())
                        .map(user -> new Shown(limit(user), new Credential.OfKey(key.id()), "ssh-key", false)));
    }

    /** Checks a password; returns empty if it is wrong, or there were too many attempts. */
    public Optional<Shown> byPassword(String login, String password, Origin origin) {
        if (!attempts.permits(origin, login)) {
            return Optional.empty();
        }
        try {
            Caller caller = turns.take(() -> users.signIn(login, password));
            attempts.right(origin, login);
            return Optional.of(new Shown(
                    limit(caller),
                    new Credential.OfPassword(caller.passwordVersion()),
                    Factors.of(Factor.PASSWORD, clock.instant()).names(),
                    factors.isOn(caller.user())));
        } catch (SignInRefused wrong) {
            failed.count(login, "password", origin);
            return Optional.empty();
        } catch (Failure notNow) {
            return Optional.empty();
        }
    }

    /** Checks the code of somebody whose password was right; returns empty if it is wrong, or there were too many attempts. */
    public Optional<Shown> byCode(Shown first, String code, Origin origin) {
        Caller caller = first.caller();
        if (!attempts.permits(origin, caller.login())) {
            return Optional.empty();
        }
        try {
            Optional<Factor> second = turns.take(() -> factors.accept(caller.user(), code));
            if (second.isEmpty()) {
                failed.count(caller.login(), "code", origin);
                return Optional.empty();
            }
            attempts.right(origin, caller.login());
            return Optional.of(new Shown(caller, first.credential(), first.by() + "+" + second.get(), false));
        } catch (Failure notNow) {
            return Optional.empty();
        }
    }

    /** Records that somebody has signed in. */
    public void record(Shown shown, Origin origin) {
        users.recordSignIn(shown.caller(), shown.by(), origin.address(), origin.device());
        shown.credential().key().ifPresent(key -> {
            attempts.rightKey(origin);
            RowAccess.everything().run(() -> keys.used(key));
        });
    }

    private static Caller limit(Caller caller) {
        return caller.with(caller.scopes().stream().filter(SCOPES::contains).collect(Collectors.toUnmodifiableSet()));
    }
}
