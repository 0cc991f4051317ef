package dev.bailiwick.server.account.token;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.server.LockWaits;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.TokenId;
import dev.bailiwick.server.account.token.ApiTokens.IssuedToken;
import dev.bailiwick.server.account.user.Membership;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.transaction.support.TransactionTemplate;

/** A token ends with the one that created it, and who sees whose tokens. */
class TokenFamiliesTest extends WithTokens {

    private static final Set<Scope> SOME = Set.of(Scope.HOSTS_READ, Scope.TOKENS_READ, Scope.TOKENS_WRITE);

    @Autowired
    private TransactionTemplate transactions;

    private IssuedToken by(Optional<IssuedToken> creator) {
        Caller caller = creator.map(token -> owner.by(token.token().id())).orElse(owner);
        return tokens.issue(caller, new TokenRequest("t", SOME, null));
    }

    @Test
    void revokesWhatATokenCreated() {
        IssuedToken root = by(Optional.empty());
        IssuedToken sibling = by(Optional.empty());
        IssuedToken child = by(Optional.of(root));
        IssuedToken grandchild = by(Optional.of(child));
        // What a token created ends also if the token itself had been revoked before, by an earlier version.
        jdbc.sql("UPDATE api_token SET revoked_at = now() WHERE id = ?")
                .param(child.token().id().value())
                .update();
        assertThat(grandchild.token().issuedBy()).isEqualTo(child.token().id());
        assertThat(get(grandchild.secret(), HERE)).isEqualTo(200);

        tokens.revoke(owner, root.token().id());

        assertThat(get(root.secret(), HERE)).isEqualTo(401);
        assertThat(get(grandchild.secret(), HERE)).isEqualTo(401);
        assertThat(get(sibling.secret(), HERE)).isEqualTo(200);
        assertThat(jdbc.sql("""
                        SELECT count(*) FROM (SELECT subject_id, action FROM unsealed_event
                            UNION ALL SELECT subject_id, action FROM audit_event) e
                        WHERE action = 'token.revoked' AND subject_id = ?
                        """)
                        .param(grandchild.token().id().toString())
                        .query(Integer.class)
                        .single())
                .isOne();
    }

    @Test
    void noTokenEscapesThatIsCreatedAtTheSameTime() throws Exception {
        for (int round = 0; round < 10; round++) {
            IssuedToken root = by(Optional.empty());
            IssuedToken child = by(Optional.of(root));
            List<Callable<Object>> steps = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                IssuedToken creator = i % 2 == 0 ? root : child;
                steps.add(() -> {
                    try {
                        return by(Optional.of(creator));
                    } catch (TokenNotInForce late) {
                        return late;
                    }
                });
            }
            steps.add(6, () -> tokens.revoke(owner, root.token().id()));
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (var done : threads.invokeAll(steps)) {
                    assertThat(done.get()).isNotNull();
                }
            }
        }
        assertThat(tokens.inUse(owner, 500)).isEmpty();
    }

    /** Two revocations in one family wait for each other, and never block each other. */
    @Test
    void locksATokenBeforeWhatItCreated() throws Exception {
        IssuedToken root = by(Optional.empty());
        IssuedToken child = by(Optional.of(root));
        IssuedToken grandchild = by(Optional.of(child));
        // Rewrites the row, so that it lies behind that of the grandchild.
        jdbc.sql("UPDATE api_token SET name = 'later' WHERE id = ?")
                .param(child.token().id().value())
                .update();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var revocation = transactions.execute(status -> {
                lock(child);
                var late = LockWaits.behind(
                        jdbc,
                        threads.submit(() -> tokens.revoke(owner, root.token().id())));
                lock(grandchild);
                return late;
            });
            assertThat(revocation.get(60, TimeUnit.SECONDS).revokedAt()).isNotNull();
        }
        assertThat(get(grandchild.secret(), HERE)).isEqualTo(401);
    }

    private void lock(IssuedToken token) {
        assertThat(jdbc.sql("SELECT id FROM api_token WHERE id = ? FOR UPDATE")
                        .param(token.token().id().value())
                        .query(UUID.class)
                        .list())
                .hasSize(1);
    }

    @Test
    void aSessionCannotLeaveATokenBehindItsToken() {
        IssuedToken root = by(Optional.empty());
        tokens.revoke(owner, root.token().id());
        assertThatThrownBy(() -> by(Optional.of(root))).isInstanceOf(TokenNotInForce.class);
    }

    @Test
    void whoeverManagesUsersSeesTheTokensOfOthers() {
        TokenId mine = by(Optional.empty()).token().id();
        String secret = tokens.issue(owner, new TokenRequest("all", Role.OWNER.scopes(), null))
                .secret();
        String few = by(Optional.empty()).secret();
        IssuedToken others = tokens.issue(
                users.inSession(users.create(
                                        OPERATOR,
                                        "t-" + UUID.randomUUID(),
                                        "long enough for all",
                                        new Membership.Staff(Role.SUPPORT))
                                .id())
                        .orElseThrow(),
                new TokenRequest("theirs", Set.of(Scope.HOSTS_READ), null));
        String theirs = "/api/v1/tokens?user=" + others.token().user();

        assertThat(ids(secret, "/api/v1/tokens"))
                .contains(mine.toString())
                .doesNotContain(others.token().id().toString());
        assertThat(ids(secret, theirs)).containsExactly(others.token().id().toString());
        assertThat(tokens.list(owner, Optional.empty(), Optional.of(mine), 100))
                .extracting(Token::id)
                .contains(others.token().id());
        for (String address : List.of(theirs, "/api/v1/tokens?all=true")) {
            assertThat(send(few, HERE, HttpMethod.GET, address, "").getStatus()).isEqualTo(403);
            assertThat(send(secret, HERE, HttpMethod.GET, address, "").getStatus())
                    .isEqualTo(200);
        }
        assertThat(send(secret, HERE, HttpMethod.GET, theirs + "&all=true", "").getStatus())
                .isEqualTo(422);
        assertThatThrownBy(() -> tokens.list(
                        users.inSession(others.token().user()).orElseThrow(), Optional.empty(), Optional.empty(), 10))
                .isInstanceOf(RightMissing.class);
    }

    private List<String> ids(String secret, String address) {
        List<String> ids = new ArrayList<>();
        read(send(secret, HERE, HttpMethod.GET, address, ""))
                .get("items")
                .forEach(token -> ids.add(token.get("id").asString()));
        return ids;
    }
}
