package dev.bailiwick.server.host.certificate;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.server.host.HostNotFound;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * Stores hashes of join tokens in the database. A token is {@code bwj_}, 256 random bits in base64url, a dot, and the authority's
 * fingerprint, by which the machine verifies the server before it trusts it.
 */
@Service
class StoredJoinTokens implements JoinTokens {

    static final Duration LIFE = Duration.ofHours(24);

    private static final int SECRET_BYTES = 32;

    private final JdbcClient jdbc;
    private final Authority authority;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    StoredJoinTokens(JdbcClient jdbc, Authority authority, Clock clock) {
        this.jdbc = jdbc;
        this.authority = authority;
        this.clock = clock;
    }

    /**
     * Creates a token that is valid for a day; an unused earlier token of the host becomes invalid.
     *
     * @throws HostNotFound if the host does not exist or is retired
     */
    @Override
    @Transactional
    public String issue(HostId host) {
        boolean known = jdbc.sql("SELECT id FROM host WHERE id = ? AND retired_at IS NULL FOR SHARE")
                .param(host.value())
                .query(UUID.class)
                .optional()
                .isPresent();
        if (!known) {
            throw new HostNotFound(host);
        }
        byte[] secret = new byte[SECRET_BYTES];
        random.nextBytes(secret);
        String token =
                "bwj_" + Base64.getUrlEncoder().withoutPadding().encodeToString(secret) + "." + authority.fingerprint();
        Instant now = clock.instant();
        jdbc.sql("DELETE FROM join_token WHERE host_id = ? AND spent_at IS NULL")
                .param(host.value())
                .update();
        jdbc.sql("INSERT INTO join_token (hash, host_id, issued_at, expires_at) VALUES (?, ?, ?, ?)")
                .params(hash(token), host.value(), Timestamp.from(now), Timestamp.from(now.plus(LIFE)))
                .update();
        return token;
    }

    /**
     * Uses the token and returns its host; empty if the token is unknown, used or expired. If two callers use it at the same time,
     * only one succeeds.
     */
    @Transactional(propagation = Propagation.MANDATORY)
    Optional<HostId> spend(String token) {
        Timestamp now = Timestamp.from(clock.instant());
        return jdbc.sql("""
                        UPDATE join_token t SET spent_at = :now FROM host h
                        WHERE t.hash = :hash AND t.spent_at IS NULL AND t.expires_at > :now
                            AND h.id = t.host_id AND h.retired_at IS NULL
                        RETURNING t.host_id
                        """)
                .param("now", now)
                .param("hash", hash(token))
                .query((row, number) -> new HostId(row.getObject("host_id", UUID.class)))
                .optional();
    }

    /** A plain hash is enough: nobody can guess 256 random bits. */
    private static byte[] hash(String token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("This Java has no SHA-256", e);
        }
    }
}
