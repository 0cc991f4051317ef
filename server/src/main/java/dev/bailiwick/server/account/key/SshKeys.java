package dev.bailiwick.server.account.key;

import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.server.account.AccountEvent;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.ScopeMissing;
import dev.bailiwick.server.account.SshKeyId;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.notice.Notice;
import dev.bailiwick.server.account.notice.Notices;
import dev.bailiwick.server.account.token.ApiTokens;
import dev.bailiwick.server.account.token.TokenNotInForce;
import dev.bailiwick.server.account.user.Login;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
import dev.bailiwick.server.bounds.Bound;
import dev.bailiwick.server.problem.InvalidRequest;
import java.sql.Timestamp;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Limit;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * The public SSH keys of users. A key does what its user may do in jails, so a token adds one only if it could do that too.
 *
 * <p>Two users may have the same key: whoever signs in names the user, and to reject a key would tell whose it is.
 */
@Service
public class SshKeys {

    private final StoredKeys stored;
    private final ApiTokens tokens;
    private final JdbcClient jdbc;
    private final Audit audit;
    private final Notices notices;
    private final Clock clock;

    SshKeys(StoredKeys stored, ApiTokens tokens, JdbcClient jdbc, Audit audit, Notices notices, Clock clock) {
        this.stored = stored;
        this.tokens = tokens;
        this.jdbc = jdbc;
        this.audit = audit;
        this.notices = notices;
        this.clock = clock;
    }

    /**
     * Adds a key to those of the caller.
     *
     * @param line a public key as a line of {@code authorized_keys}: its type, the key, and perhaps a comment
     * @throws InvalidRequest naming {@code /key}, if it is not the public key of an accepted type, or is too weak
     * @throws SshKeyTaken if the caller has it already
     * @throws TooManySshKeys if the caller has as many as one may have
     * @throws ScopeMissing if the caller may never enter a jail, or its token does not carry that
     * @throws SshKeyNotAllowed if the caller's token expires, or is limited to networks
     * @throws TokenNotInForce if the caller's token has been revoked since the request came
     */
    @Transactional
    public SshKey add(Caller caller, @Nullable String line) {
        caller.require(Scope.TOKENS_WRITE);
        // What an SSH key is for: somebody who may never enter a jail has no use for one.
        caller.require(Scope.JAILS_CONSOLE);
        caller.require(Scope.JAILS_FILES);
        if (caller.until().isPresent()
                || caller.token()
                        .map(tokens::limits)
                        .filter(limits -> !limits.isEmpty())
                        .isPresent()) {
            throw new SshKeyNotAllowed();
        }
        SshPublicKey key = parse(line);
        // Two keys that are added at the same time do not see each other otherwise.
        jdbc.sql("SELECT pg_advisory_xact_lock(hashtextextended('ssh_key ' || ?, 0))")
                .param(caller.user().toString())
                .query()
                .singleRow();
        if (stored.existsByUserAndFingerprint(caller.user().value(), key.fingerprint())) {
            throw new SshKeyTaken();
        }
        if (stored.countByUser(caller.user().value()) >= Bound.SSH_KEYS_OF_A_USER.value()) {
            throw new TooManySshKeys();
        }
        SshKey added = stored.saveAndFlush(new StoredKey(caller.user(), caller.token(), key, clock.instant()))
                .view();
        audit.record(
                caller.actor(),
                subject(caller, added.id()),
                new AccountEvent.SshKeyAdded(added.type(), added.fingerprint(), added.comment()));
        notices.send(caller.user(), Notice.SSH_KEY_ADDED, added.fingerprint());
        return added;
    }

    private static SshPublicKey parse(@Nullable String line) {
        try {
            return SshPublicKey.parse(line == null ? "" : line);
        } catch (InvalidValue e) {
            throw new InvalidRequest("/key", e.reason());
        }
    }

    /**
     * Lists the keys of a user by id, which is the order in which they were added.
     *
     * @throws RightMissing if the keys are another user's, and the caller does not manage users
     */
    @Transactional(readOnly = true)
    public List<SshKey> list(Caller caller, UserId of, Optional<SshKeyId> after, int limit) {
        caller.require(Scope.TOKENS_READ);
        if (!of.equals(caller.user())) {
            caller.require(Right.USERS);
        }
        List<StoredKey> rows = after.isPresent()
                ? stored.findByUserAndIdGreaterThanOrderById(
                        of.value(), after.get().value(), Limit.of(limit))
                : stored.findByUserOrderById(of.value(), Limit.of(limit));
        return rows.stream().map(StoredKey::view).toList();
    }

    /**
     * Removes the key. Whoever manages users can also remove that of another user.
     *
     * @throws SshKeyNotFound if the key does not exist or the caller may not see it
     * @throws ScopeMissing if the key is another user's and the caller's token does not carry the right to change users
     */
    @Transactional
    public SshKey remove(Caller caller, SshKeyId id) {
        caller.require(Scope.TOKENS_WRITE);
        StoredKey key = stored.lock(id.value())
                .filter(found ->
                        caller.access().has(Right.USERS) || found.user().equals(caller.user()))
                .orElseThrow(() -> new SshKeyNotFound(id));
        if (!key.user().equals(caller.user())) {
            caller.require(Right.USERS);
        }
        stored.delete(key);
        audit.record(
                caller.actor(),
                subject(caller, id),
                new AccountEvent.SshKeyRemoved(key.view().fingerprint()));
        notices.send(key.user(), Notice.SSH_KEY_REMOVED, key.view().fingerprint());
        return key.view();
    }

    /**
     * A key with which its user may sign in.
     *
     * @param user is not disabled
     */
    public record Owned(SshKeyId id, UserId user) {}

    /**
     * Finds the key of the user of this login; takes as long if there is none.
     *
     * @param blob the public key in the wire format
     */
    @Transactional(readOnly = true)
    public Optional<Owned> find(String login, byte[] blob) {
        return jdbc.sql("""
                        SELECT k.id, k.user_id FROM ssh_key k JOIN app_user u ON u.id = k.user_id
                        WHERE u.login = :login AND u.disabled_at IS NULL AND k.blob = :blob
                        """)
                .param("login", Login.normal(login).orElse(""))
                .param("blob", blob)
                .query((row, number) -> new Owned(
                        new SshKeyId(row.getObject("id", UUID.class)),
                        new UserId(row.getObject("user_id", UUID.class))))
                .optional();
    }

    /** Notes that its user has signed in with the key. */
    @Transactional
    public void used(SshKeyId id) {
        jdbc.sql("UPDATE ssh_key SET last_used_at = :now WHERE id = :id")
                .param("now", Timestamp.from(clock.instant()))
                .param("id", id.value())
                .update();
    }

    private static Subject subject(Caller caller, SshKeyId id) {
        Subject subject = Subject.of("key", id);
        return caller.payer().map(owner -> subject.visibleTo(owner.value())).orElse(subject);
    }
}
