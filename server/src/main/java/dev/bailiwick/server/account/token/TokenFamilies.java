package dev.bailiwick.server.account.token;

import dev.bailiwick.server.account.TokenId;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** Which token was created by which: a token ends with the one that created it. */
@Repository
class TokenFamilies {

    /**
     * Passes through tokens that are revoked already: what they created may not be. Locks a token before those that it created, as whoever
     * revokes it does, and of the same depth in the order of their ids.
     */
    private static final String REVOKE = """
            WITH RECURSIVE descendant (id, depth) AS (
                SELECT id, 1 FROM api_token WHERE issued_by = :id
                UNION SELECT t.id, d.depth + 1 FROM api_token t JOIN descendant d ON t.issued_by = d.id),
            locked AS MATERIALIZED (
                SELECT t.id FROM api_token t JOIN descendant d ON d.id = t.id WHERE t.revoked_at IS NULL
                ORDER BY d.depth, t.id FOR NO KEY UPDATE OF t)
            UPDATE api_token t SET revoked_at = greatest(:now, t.created_at) FROM locked l
            WHERE t.id = l.id AND t.revoked_at IS NULL RETURNING t.id
            """;

    private final JdbcClient jdbc;

    TokenFamilies(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Returns the networks of a token by which another one is to be created. Until the end of the transaction it is not revoked, so that
     * whoever revokes it finds the other one.
     *
     * @throws TokenNotInForce if it is revoked
     */
    List<Network> requireInForce(TokenId issuer) {
        return jdbc.sql("SELECT networks FROM api_token WHERE id = ? AND revoked_at IS NULL FOR SHARE")
                .param(issuer.value())
                .query((row, number) -> Arrays.stream(
                                (String[]) row.getArray("networks").getArray())
                        .map(Network::parse)
                        .toList())
                .optional()
                .orElseThrow(() -> new TokenNotInForce(issuer));
    }

    /** Whether the token is {@code issuer}, or was created by it, or by one that was created by it, and so on. */
    boolean isOrCreated(TokenId issuer, TokenId token) {
        return jdbc.sql("""
                        WITH RECURSIVE ancestor (id, issued_by) AS (
                            SELECT id, issued_by FROM api_token WHERE id = :token
                            UNION SELECT t.id, t.issued_by FROM api_token t JOIN ancestor a ON t.id = a.issued_by)
                        SELECT EXISTS (SELECT FROM ancestor WHERE id = :issuer)
                        """)
                .param("token", token.value())
                .param("issuer", issuer.value())
                .query(Boolean.class)
                .single();
    }

    /** Revokes all that the token created, directly or not, and returns it. */
    List<TokenId> revokeDescendants(TokenId id, Instant now) {
        List<TokenId> revoked = new ArrayList<>();
        while (true) {
            List<TokenId> found = jdbc.sql(REVOKE)
                    .param("id", id.value())
                    .param("now", Timestamp.from(now))
                    .query((row, number) -> new TokenId(row.getObject("id", UUID.class)))
                    .list();
            if (found.isEmpty()) {
                return revoked;
            }
            // One of them may have created another one while this waited for its row.
            revoked.addAll(found);
        }
    }
}
