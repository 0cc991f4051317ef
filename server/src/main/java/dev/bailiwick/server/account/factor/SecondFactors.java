package dev.bailiwick.server.account.factor;

import dev.bailiwick.server.account.AccountEvent;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.authentication.Factor;
import dev.bailiwick.server.account.notice.Notice;
import dev.bailiwick.server.account.notice.Notices;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
import dev.bailiwick.server.problem.InvalidRequest;
import dev.bailiwick.server.secret.SealingKey;
import java.security.SecureRandom;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.bouncycastle.util.encoders.Base32;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * The second factors of users. A code of the authenticator is accepted once, and each recovery code is accepted once. Whoever calls
 * this has seen the first factor, and limits the rate of attempts.
 */
@Service
public class SecondFactors {

    /** Why a code was not accepted, as a predicate to follow its name. */
    public static final String REFUSED = "is not right, or was used before";

    private static final String ISSUER = "Bailiwick";

    /** The time for a setup, from its beginning to its confirmation. */
    private static final Duration SETUP = Duration.ofMinutes(15);

    private final JdbcClient jdbc;
    private final PasswordEncoder hashes;
    private final SealingKey sealing;
    private final Audit audit;
    private final Notices notices;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();
    private final OneTimeCodes codes = new OneTimeCodes();
    private final CodeAttempts attempts = new CodeAttempts();

    SecondFactors(
            JdbcClient jdbc, PasswordEncoder hashes, SealingKey sealing, Audit audit, Notices notices, Clock clock) {
        this.jdbc = jdbc;
        this.hashes = hashes;
        this.sealing = sealing;
        this.audit = audit;
        this.notices = notices;
        this.clock = clock;
    }

    /** Whether the user has to show a second factor to sign in. */
    @Transactional(readOnly = true)
    public boolean isOn(UserId user) {
        return status(user).since() != null;
    }

    @Transactional(readOnly = true)
    public SecondFactor status(UserId user) {
        return jdbc.sql("""
                        SELECT confirmed_at, (SELECT count(*) FROM recovery_code c WHERE c.user_id = f.user_id AND used_at IS NULL)
                        FROM second_factor f WHERE user_id = ?
                        """)
                .param(user.value())
                .query((row, number) -> {
                    Timestamp since = row.getTimestamp(1);
                    return new SecondFactor(since == null ? null : since.toInstant(), row.getInt(2));
                })
                .optional()
                .orElse(new SecondFactor(null, 0));
    }

    /**
     * Begins a setup with a new key. It counts once {@link #confirm} has seen a code.
     *
     * @throws SecondFactorOn if the caller has a second factor
     */
    @Transactional
    public Setup begin(Caller caller) {
        byte[] key = new byte[OneTimeCodes.KEY_BYTES];
        random.nextBytes(key);
        int begun = jdbc.sql("""
                        INSERT INTO second_factor (user_id, sealed_key, created_at) VALUES (:user, :key, :now)
                        ON CONFLICT (user_id) DO UPDATE SET sealed_key = :key, created_at = :now
                        WHERE second_factor.confirmed_at IS NULL
                        """)
                .param("user", caller.user().value())
                .param("key", sealing.seal(key, purpose(caller.user())))
                .param("now", Timestamp.from(clock.instant()))
                .update();
        if (begun == 0) {
            throw new SecondFactorOn();
        }
        return setup(caller, key);
    }

    /** Returns the setup that the caller has begun; empty if there is none, or it has been confirmed. */
    @Transactional
    public Optional<Setup> begun(Caller caller) {
        return unfinished(caller.user()).map(key -> setup(caller, key));
    }

    /**
     * Confirms the setup by a code of the authenticator. The second factor is on from then on.
     *
     * @return ten recovery codes, which are not shown again
     * @throws InvalidRequest naming {@code /code} if it is not right
     * @throws SecondFactorOff if no setup has begun
     */
    @Transactional
    public List<String> confirm(Caller caller, @Nullable String code) {
        if (code == null) {
            throw new InvalidRequest("/code", "is required");
        }
        byte[] key = unfinished(caller.user()).orElseThrow(SecondFactorOff::new);
        OptionalLong period = period(key, code);
        if (period.isEmpty()) {
            throw new InvalidRequest("/code", "is not the code that the authenticator shows now");
        }
        int confirmed = jdbc.sql("""
                        UPDATE second_factor SET confirmed_at = ?, last_step = ? WHERE user_id = ? AND confirmed_at IS NULL
                        """)
                .params(
                        Timestamp.from(clock.instant()),
                        period.getAsLong(),
                        caller.user().value())
                .update();
        if (confirmed == 0) {
            throw new SecondFactorOff();
        }
        record(caller, caller.user(), new AccountEvent.SecondFactorAdded());
        notices.send(caller.user(), Notice.SECOND_FACTOR_ADDED);
        return store(caller.user());
    }

    /**
     * Accepts a code of the user's authenticator, or one of their recovery codes, and uses it up.
     *
     * @return what it was; empty if it is not right, or was used before
     * @throws TooManyCodes if too many wrong codes were given for the user
     */
    @Transactional
    public Optional<Factor> accept(UserId user, @Nullable String code) {
        String plain = RecoveryCodes.plain(code == null ? "" : code);
        OptionalInt number = RecoveryCodes.number(plain);
        if (number.isPresent()) {
            return recover(user, number.getAsInt(), plain) ? Optional.of(Factor.RECOVERY_CODE) : Optional.empty();
        }
        attempts.begin(user);
        OptionalLong period = key(user, "confirmed_at IS NOT NULL")
                .map(key -> period(key, plain))
                .orElse(OptionalLong.empty());
        // If two requests bring the same code, only one of them changes the row.
        boolean isRight = period.isPresent()
                && jdbc.sql("UPDATE second_factor SET last_step = :step WHERE user_id = :user AND last_step < :step")
                                .param("step", period.getAsLong())
                                .param("user", user.value())
                                .update()
                        == 1;
        if (!isRight) {
            return Optional.empty();
        }
        attempts.right(user);
        return Optional.of(Factor.CODE);
    }

    private boolean recover(UserId user, int number, String plain) {
        // Whoever replaces the codes or removes the factor after another code waits here, and not in the middle of it.
        boolean isOn = jdbc.sql(
                        "SELECT FROM second_factor WHERE user_id = ? AND confirmed_at IS NOT NULL FOR NO KEY UPDATE")
                .param(user.value())
                .query((row, index) -> true)
                .optional()
                .isPresent();
        return isOn
                && jdbc.sql("SELECT hash FROM recovery_code WHERE user_id = ? AND number = ? AND used_at IS NULL")
                        .params(user.value(), number)
                        .query(String.class)
                        .optional()
                        .filter(hash -> hashes.matches(plain, hash))
                        .isPresent()
                && jdbc.sql("UPDATE recovery_code SET used_at = ? WHERE user_id = ? AND number = ? AND used_at IS NULL")
                                .params(Timestamp.from(clock.instant()), user.value(), number)
                                .update()
                        == 1;
    }

    /**
     * Replaces all recovery codes of the caller.
     *
     * @return ten new ones, which are not shown again
     * @throws SecondFactorOff if the caller has no second factor
     */
    @Transactional
    public List<String> renewRecoveryCodes(Caller caller) {
        if (!isOn(caller.user())) {
            throw new SecondFactorOff();
        }
        record(caller, caller.user(), new AccountEvent.RecoveryCodesRenewed());
        notices.send(caller.user(), Notice.RECOVERY_CODES_RENEWED);
        return store(caller.user());
    }

    /**
     * Removes the second factor of the user, and an unfinished setup.
     *
     * @param caller the user, or an owner of the installation
     * @throws SecondFactorOff if there is neither
     */
    @Transactional
    public void remove(Caller caller, UserId user) {
        boolean was = isOn(user);
        int removed = jdbc.sql("DELETE FROM second_factor WHERE user_id = ?")
                .param(user.value())
                .update();
        if (removed == 0) {
            throw new SecondFactorOff();
        }
        if (was) {
            record(caller, user, new AccountEvent.SecondFactorRemoved());
            notices.send(user, Notice.SECOND_FACTOR_REMOVED);
        }
    }

    private List<String> store(UserId user) {
        jdbc.sql("DELETE FROM recovery_code WHERE user_id = ?")
                .param(user.value())
                .update();
        List<String> fresh = RecoveryCodes.fresh();
        for (int i = 0; i < fresh.size(); i++) {
            jdbc.sql("INSERT INTO recovery_code (user_id, number, hash) VALUES (?, ?, ?)")
                    .params(user.value(), i + 1, hashes.encode(RecoveryCodes.plain(fresh.get(i))))
                    .update();
        }
        return fresh;
    }

    private OptionalLong period(byte[] key, @Nullable String code) {
        String plain = RecoveryCodes.plain(code == null ? "" : code);
        return OneTimeCodes.isCode(plain) ? codes.period(key, plain, clock.instant()) : OptionalLong.empty();
    }

    /** Returns the key of a setup that has begun lately: whoever finds an older one in a session could make it theirs. */
    private Optional<byte[]> unfinished(UserId user) {
        jdbc.sql("DELETE FROM second_factor WHERE user_id = ? AND confirmed_at IS NULL AND created_at < ?")
                .params(user.value(), Timestamp.from(clock.instant().minus(SETUP)))
                .update();
        return key(user, "confirmed_at IS NULL FOR UPDATE");
    }

    private Optional<byte[]> key(UserId user, String condition) {
        return jdbc.sql("SELECT sealed_key FROM second_factor WHERE user_id = ? AND " + condition)
                .param(user.value())
                .query(byte[].class)
                .optional()
                .map(stored -> sealing.open(stored, purpose(user)));
    }

    /** A key that is copied to the row of another user opens nothing there. */
    private static String purpose(UserId user) {
        return "second factor of " + user;
    }

    private static Setup setup(Caller caller, byte[] key) {
        String text = Base32.toBase32String(key);
        return new Setup(
                text,
                "otpauth://totp/" + ISSUER + ":" + caller.login().replace("+", "%2B") + "?secret=" + text + "&issuer="
                        + ISSUER + "&algorithm=SHA1&digits=6&period=" + OneTimeCodes.PERIOD.toSeconds());
    }

    private void record(Caller caller, UserId user, AccountEvent event) {
        Subject subject = Subject.of("user", user);
        Optional<Subject> ofCustomer = caller.user().equals(user)
                ? caller.payer().map(owner -> subject.visibleTo(owner.value()))
                : Optional.empty();
        audit.record(caller.actor(), ofCustomer.orElse(subject), event);
    }
}
