package dev.bailiwick.server.account.token;

import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.AccountEvent;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.ScopeMissing;
import dev.bailiwick.server.account.Secret;
import dev.bailiwick.server.account.TokenId;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.notice.Notice;
import dev.bailiwick.server.account.notice.Notices;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
import dev.bailiwick.server.database.RowAccess;
import dev.bailiwick.server.problem.InvalidRequest;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Limit;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The API tokens: secrets with which programs act for a user, within scopes. */
@Service
public class ApiTokens {

    static final String KIND = "bw_";
    /** The latest expiry: an {@link Instant} of a request can be later than the latest timestamp of PostgreSQL. */
    private static final Instant LATEST_END = Instant.parse("9999-12-31T23:59:59Z");

    private static final Duration MAX_OVERLAP = Duration.ofDays(7);

    private final StoredTokens stored;
    private final TokenUses uses;
    private final TokenFamilies families;
    private final Audit audit;
    private final Notices notices;
    private final Clock clock;

    ApiTokens(StoredTokens stored, TokenUses uses, TokenFamilies families, Audit audit, Notices notices, Clock clock) {
        this.stored = stored;
        this.uses = uses;
        this.families = families;
        this.audit = audit;
        this.notices = notices;
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
     * Creates a token for the caller. It is revoked with the token by which it is created.
     *
     * @throws InvalidRequest if the token would have scopes that the caller lacks, be accepted from where the caller's own token is not,
     *     outlive that one, or expire in the past
     * @throws TokenNotInForce if the caller's own token has been revoked since the request came
     */
    @Transactional
    public IssuedToken issue(Caller caller, TokenRequest request) {
        caller.require(Scope.TOKENS_WRITE);
        List<Violation> violations = new ArrayList<>();
        Set<Scope> lacking = caller.lacking(request.scopes());
        if (!lacking.isEmpty()) {
            violations.add(new Violation("/scopes", "must not go beyond the scopes of the caller: " + lacking));
        }
        expiryFault(caller, request.expiresAt()).ifPresent(fault -> violations.add(new Violation("/expiresAt", fault)));
        caller.token()
                .map(families::requireInForce)
                .filter(limits -> !within(limits, request.networks()))
                .ifPresent(limits -> violations.add(
                        new Violation("/networks", "must lie within those of the caller's own token: " + limits)));
        if (!violations.isEmpty()) {
            throw new InvalidRequest(violations);
        }
        Secret secret = Secret.fresh(KIND);
        Token token = stored.saveAndFlush(
                        new StoredToken(caller.user(), caller.token(), request, secret, clock.instant()))
                .view(clock.instant());
        audit.record(
                caller.actor(),
                subject(caller, token.id()),
                new AccountEvent.TokenIssued(
                        token.name(), token.scopes().stream().sorted().toList()));
        notices.send(caller.user(), Notice.TOKEN_ISSUED, token.name());
        return new IssuedToken(token, secret.text());
    }

    private Optional<String> expiryFault(Caller caller, @Nullable Instant expiry) {
        if (expiry != null && !expiry.isAfter(clock.instant())) {
            return Optional.of("is in the past");
        }
        if (expiry != null && expiry.isAfter(LATEST_END)) {
            return Optional.of("must not lie after 9999; without it the token does not expire");
        }
        return caller.until()
                .filter(end -> expiry == null || expiry.isAfter(end))
                .map(end -> "must not be after the end of the caller's own token: " + end);
    }

    /** @param limits none for everywhere, as are those of {@code wanted} */
    private static boolean within(List<Network> limits, List<Network> wanted) {
        return limits.isEmpty()
                || !wanted.isEmpty()
                        && wanted.stream()
                                .allMatch(network -> limits.stream().anyMatch(limit -> limit.contains(network)));
    }

    /**
     * Lists the tokens of another user, or of everybody, by id.
     *
     * @param of the user; empty for everybody
     * @throws RightMissing if the caller does not manage users
     */
    @Transactional(readOnly = true)
    public List<Token> list(Caller caller, Optional<UserId> of, Optional<TokenId> after, int limit) {
        caller.require(Scope.TOKENS_READ);
        if (of.isEmpty() || !of.get().equals(caller.user())) {
            caller.require(Right.USERS);
        }
        if (of.isPresent()) {
            return views(rows(of.get(), after, limit));
        }
        return views(
                after.isPresent()
                        ? stored.findByIdGreaterThanOrderById(after.get().value(), Limit.of(limit))
                        : stored.findAllByOrderById(Limit.of(limit)));
    }

    private List<StoredToken> rows(UserId user, Optional<TokenId> after, int limit) {
        return after.isPresent()
                ? stored.findByUserAndIdGreaterThanOrderById(
                        user.value(), after.get().value(), Limit.of(limit))
                : stored.findByUserOrderById(user.value(), Limit.of(limit));
    }

    private List<Token> views(List<StoredToken> rows) {
        Instant now = clock.instant();
        return rows.stream().map(token -> token.view(now)).toList();
    }

    /** Lists the caller's own tokens that are not revoked, the latest first. */
    @Transactional(readOnly = true)
    public List<Token> inUse(Caller caller, int limit) {
        caller.require(Scope.TOKENS_READ);
        return views(
                stored.findByUserAndRevokedAtIsNullOrderByIdDesc(caller.user().value(), Limit.of(limit)));
    }

    /**
     * Revokes the token, and those that were created by it. An owner of the installation can also revoke the token of another user.
     *
     * @throws TokenNotFound if the token does not exist or the caller may not see it
     * @throws ScopeMissing if the token is another user's and the caller may not change users
     */
    @Transactional
    public Token revoke(Caller caller, TokenId id) {
        Instant now = clock.instant();
        StoredToken token = change(caller, id);
        if (token.view(now).revokedAt() == null) {
            token.revoke(now);
            StoredToken _ = stored.saveAndFlush(token);
            audit.record(caller.actor(), subject(caller, id), new AccountEvent.TokenRevoked());
            // One letter, also about the tokens that end with it.
            notices.send(token.user(), Notice.TOKEN_REVOKED, token.view(now).name());
            for (TokenId descendant : families.revokeDescendants(id, now)) {
                audit.record(caller.actor(), subject(caller, descendant), new AccountEvent.TokenRevoked());
            }
        }
        return token.view(now);
    }

    /**
     * Ends the secret before the last rotation, if it still works.
     *
     * @throws TokenNotFound if the token does not exist or the caller may not see it
     * @throws ScopeMissing if the token is another user's and the caller may not change users
     */
    @Transactional
    public Token endFormerSecret(Caller caller, TokenId id) {
        Instant now = clock.instant();
        StoredToken token = change(caller, id);
        if (token.view(now).formerSecretUntil() != null) {
            token.endFormerSecret();
            audit.record(caller.actor(), subject(caller, id), new AccountEvent.FormerSecretEnded());
        }
        return token.view(now);
    }

    /**
     * Gives the caller's own token another secret.
     *
     * @param overlap for how long the secret before works as well, 0 to 7 days. One that is older ends at once
     * @throws TokenNotFound if the token does not exist or is another user's, who alone may know its secret
     * @throws RotationNotAllowed if the caller's token neither is this one nor created it
     * @throws TokenNotInForce if the token is revoked or has expired
     */
    @Transactional
    public IssuedToken rotate(Caller caller, TokenId id, Duration overlap) {
        caller.require(Scope.TOKENS_WRITE);
        if (overlap.isNegative() || overlap.compareTo(MAX_OVERLAP) > 0) {
            throw new InvalidRequest("/overlap", "must be 0 to " + MAX_OVERLAP.toDays() + " days");
        }
        StoredToken token = stored.lock(id.value())
                .filter(found -> found.user().equals(caller.user()))
                .orElseThrow(() -> new TokenNotFound(id));
        if (caller.token().isPresent() && !families.isOrCreated(caller.token().get(), id)) {
            throw new RotationNotAllowed();
        }
        Instant now = clock.instant();
        if (!token.view(now).isInForce(now)) {
            throw new TokenNotInForce(id);
        }
        Secret secret = Secret.fresh(KIND);
        token.rotate(secret, now.plus(overlap));
        audit.record(caller.actor(), subject(caller, id), new AccountEvent.TokenRotated(overlap.toSeconds()));
        notices.send(caller.user(), Notice.TOKEN_ROTATED, token.view(now).name());
        return new IssuedToken(token.view(now), secret.text());
    }

    private StoredToken change(Caller caller, TokenId id) {
        caller.require(Scope.TOKENS_WRITE);
        StoredToken token = stored.lock(id.value())
                .filter(found ->
                        caller.access().has(Right.USERS) || found.user().equals(caller.user()))
                .orElseThrow(() -> new TokenNotFound(id));
        if (!token.user().equals(caller.user())) {
            caller.require(Right.USERS);
        }
        return token;
    }

    /**
     * Returns the networks of a token by which something is to be created that ends with it; empty for everywhere. Until the end of the
     * transaction it is not revoked.
     *
     * @throws TokenNotInForce if it is revoked
     */
    @Transactional
    public List<Network> limits(TokenId by) {
        return families.requireInForce(by);
    }

    /** Returns the token if it is neither revoked nor expired. */
    @Transactional(readOnly = true)
    public Optional<Token> inForce(TokenId id) {
        Instant now = clock.instant();
        return RowAccess.everything()
                .call(() -> stored.findById(id.value()))
                .map(token -> token.view(now))
                .filter(token -> token.isInForce(now));
    }

    /**
     * Returns the token with this secret and its user; empty if the token is not in force or not accepted from the address, or its user
     * is disabled.
     */
    public Optional<Holder> authenticate(String secret, InetAddress from) {
        return uses.authenticate(secret, from);
    }

    private static Subject subject(Caller caller, TokenId id) {
        Subject subject = Subject.of("token", id);
        return caller.payer().map(owner -> subject.visibleTo(owner.value())).orElse(subject);
    }
}
