package dev.bailiwick.server.account.token;

import dev.bailiwick.server.account.Access;
import dev.bailiwick.server.account.AccountEvent;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.ScopeMissing;
import dev.bailiwick.server.account.Secret;
import dev.bailiwick.server.account.TokenId;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.user.AccessRows;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
import dev.bailiwick.server.problem.InvalidRequest;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.data.domain.Limit;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The API tokens: secrets with which programs act for a user, within scopes. */
@Service
public class ApiTokens {

    private static final String KIND = "bw_";
    /** The latest expiry: an {@link Instant} of a request can be later than the latest timestamp of PostgreSQL. */
    private static final Instant LATEST_END = Instant.parse("9999-12-31T23:59:59Z");

    private static final Duration USE_PRECISION = Duration.ofMinutes(1);

    private final StoredTokens stored;
    private final AccessRows access;
    private final JdbcClient jdbc;
    private final Audit audit;
    private final Clock clock;

    ApiTokens(StoredTokens stored, AccessRows access, JdbcClient jdbc, Audit audit, Clock clock) {
        this.stored = stored;
        this.access = access;
        this.jdbc = jdbc;
        this.audit = audit;
        this.clock = clock;
    }

    /** A new token and its secret, which is not stored. */
    public record IssuedToken(Token token, String secret) {
        @Override
        public String toString() {
            return "IssuedToken[token=" + token + "]";
        }
    }

    /** The caller of a request with a token. */
    public record Holder(TokenId token, Caller caller) {}

    /**
     * Creates a token for the caller.
     *
     * @throws InvalidRequest if the token would have scopes that the caller lacks, outlive the caller's own token, or expire in the
     *     past
     */
    @Transactional
    public IssuedToken issue(Caller caller, TokenRequest request) {
        caller.require(Scope.TOKENS_WRITE);
        Set<Scope> lacking = caller.lacking(request.scopes());
        if (!lacking.isEmpty()) {
            throw new InvalidRequest("/scopes", "must not go beyond the scopes of the caller: " + lacking);
        }
        Instant expiry = request.expiresAt();
        if (expiry != null && !expiry.isAfter(clock.instant())) {
            throw new InvalidRequest("/expiresAt", "is in the past");
        }
        if (expiry != null && expiry.isAfter(LATEST_END)) {
            throw new InvalidRequest("/expiresAt", "must not lie after 9999; without it the token does not expire");
        }
        if (caller.until().isPresent()
                && (expiry == null || expiry.isAfter(caller.until().get()))) {
            throw new InvalidRequest(
                    "/expiresAt",
                    "must not be after the end of the caller's own token: "
                            + caller.until().get());
        }
        Secret secret = Secret.fresh(KIND);
        Token token = stored.saveAndFlush(new StoredToken(caller.user(), request, secret, clock.instant()))
                .view();
        audit.record(
                caller.actor(),
                subject(caller, token.id()),
                new AccountEvent.TokenIssued(
                        token.name(), token.scopes().stream().sorted().toList()));
        return new IssuedToken(token, secret.text());
    }

    /** Lists the caller's own tokens by id. */
    @Transactional(readOnly = true)
    public List<Token> list(Caller caller, Optional<TokenId> after, int limit) {
        caller.require(Scope.TOKENS_READ);
        UUID user = caller.user().value();
        List<StoredToken> rows = after.isPresent()
                ? stored.findByUserAndIdGreaterThanOrderById(user, after.get().value(), Limit.of(limit))
                : stored.findByUserOrderById(user, Limit.of(limit));
        return rows.stream().map(StoredToken::view).toList();
    }

    /** Lists the caller's own tokens that are not revoked, the latest first. */
    @Transactional(readOnly = true)
    public List<Token> inUse(Caller caller, int limit) {
        caller.require(Scope.TOKENS_READ);
        return stored.findByUserAndRevokedAtIsNullOrderByIdDesc(caller.user().value(), Limit.of(limit)).stream()
                .map(StoredToken::view)
                .toList();
    }

    /**
     * Revokes the token. An owner of the installation can also revoke the token of another user.
     *
     * @throws TokenNotFound if the token does not exist or the caller may not see it
     * @throws ScopeMissing if the token is another user's and the caller may not change users
     */
    @Transactional
    public Token revoke(Caller caller, TokenId id) {
        caller.require(Scope.TOKENS_WRITE);
        StoredToken token = stored.findById(id.value())
                .filter(found ->
                        caller.access().has(Right.USERS) || found.user().equals(caller.user()))
                .orElseThrow(() -> new TokenNotFound(id));
        if (!token.user().equals(caller.user())) {
            caller.require(Right.USERS);
        }
        if (token.view().revokedAt() == null) {
            token.revoke(clock.instant());
            audit.record(caller.actor(), subject(caller, id), new AccountEvent.TokenRevoked());
        }
        return token.view();
    }

    /** Returns the token if it is neither revoked nor expired. */
    @Transactional(readOnly = true)
    public Optional<Token> inForce(TokenId id) {
        Instant now = clock.instant();
        return stored.findById(id.value())
                .map(StoredToken::view)
                .filter(token -> token.revokedAt() == null)
                .filter(token -> token.expiresAt() == null || token.expiresAt().isAfter(now));
    }

    /** Returns the token with this secret and its user; empty if the token is not in force or its user is disabled. */
    public Optional<Holder> authenticate(String secret) {
        if (!secret.startsWith(KIND)) {
            return Optional.empty();
        }
        Instant now = clock.instant();
        Optional<Match> match = jdbc.sql("""
                        SELECT t.id, t.scopes, t.last_used_at, t.expires_at, u.id AS user_id, u.login, u.role,
                            u.access_version
                        FROM api_token t JOIN app_user u ON u.id = t.user_id
                        WHERE t.hash = ? AND t.revoked_at IS NULL AND u.disabled_at IS NULL
                            AND (t.expires_at IS NULL OR t.expires_at > ?)
                        """)
                .params(new Secret(secret).hash(), Timestamp.from(now))
                .query((row, index) -> {
                    Timestamp lastUse = row.getTimestamp("last_used_at");
                    boolean isStale = lastUse == null
                            || lastUse.toInstant().plus(USE_PRECISION).isBefore(now);
                    Role role = Role.parse(row.getString("role"));
                    UserId user = new UserId(row.getObject("user_id", UUID.class));
                    Set<Scope> scopes = Arrays.stream(
                                    (String[]) row.getArray("scopes").getArray())
                            .map(Scope::parse)
                            .filter(role.scopes()::contains)
                            .collect(Collectors.toSet());
                    Caller caller = new Caller(
                            user,
                            row.getString("login"),
                            role,
                            Access.of(role).at(row.getLong("access_version")),
                            scopes,
                            Optional.ofNullable(row.getTimestamp("expires_at")).map(Timestamp::toInstant));
                    return new Match(new Holder(new TokenId(row.getObject("id", UUID.class)), caller), isStale);
                })
                .optional();
        match.filter(Match::isStale)
                .ifPresent(token -> noteUse(token.holder.token().value(), now));
        return match.map(Match::holder).map(this::reaching);
    }

    /** Returns the holder with the access that memberships give. */
    private Holder reaching(Holder holder) {
        Caller caller = holder.caller();
        return caller.role().isStaff()
                ? holder
                : new Holder(
                        holder.token(),
                        caller.reaching(access.read(
                                caller.user(), caller.role(), caller.access().version())));
    }

    /** @param isStale whether the time of its last use is older than {@link #USE_PRECISION} */
    private record Match(Holder holder, boolean isStale) {}

    /**
     * Records the use, at most once a minute, so that a busy token does not cost a write for each request. If several requests come at
     * once, one records it and the others do not wait.
     */
    private void noteUse(UUID token, Instant now) {
        jdbc.sql("""
                        WITH free AS (
                            SELECT id FROM api_token WHERE id = :id AND (last_used_at IS NULL OR last_used_at < :stale)
                            FOR NO KEY UPDATE SKIP LOCKED)
                        UPDATE api_token t SET last_used_at = :now FROM free WHERE t.id = free.id
                        """)
                .param("id", token)
                .param("now", Timestamp.from(now))
                .param("stale", Timestamp.from(now.minus(USE_PRECISION)))
                .update();
    }

    private static Subject subject(Caller caller, TokenId id) {
        Subject subject = Subject.of("token", id);
        return caller.payer().map(owner -> subject.visibleTo(owner.value())).orElse(subject);
    }
}
