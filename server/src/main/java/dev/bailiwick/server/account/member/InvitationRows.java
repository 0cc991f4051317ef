package dev.bailiwick.server.account.member;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.InvitationId;
import dev.bailiwick.server.account.MemberRole;
import dev.bailiwick.server.account.Secret;
import dev.bailiwick.server.account.TokenId;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.mail.EmailAddress;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The rows of open invitations. Only hashes of their secrets are stored. */
@Repository
class InvitationRows {

    private static final String INVITATION = """
            SELECT id, customer_id, login, role, created_at, expires_at, created_by, token_id, email FROM invitation
            """;

    private final JdbcClient jdbc;

    InvitationRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * An invitation with what it depends on.
     *
     * @param by the user who created it
     * @param token the token by which they did; empty for a session
     */
    record Sent(CustomerId customer, UserId by, Optional<TokenId> token, Invitation invitation) {}

    void deleteExpired(CustomerId customer, Instant now) {
        jdbc.sql("DELETE FROM invitation WHERE customer_id = ? AND expires_at <= ?")
                .params(customer.value(), Timestamp.from(now))
                .update();
    }

    void deleteOf(CustomerId customer, String login) {
        jdbc.sql("DELETE FROM invitation WHERE customer_id = ? AND login = ?")
                .params(customer.value(), login)
                .update();
    }

    void delete(InvitationId id) {
        jdbc.sql("DELETE FROM invitation WHERE id = ?").param(id.value()).update();
    }

    int count(CustomerId customer) {
        return jdbc.sql("SELECT count(*) FROM invitation WHERE customer_id = ?")
                .param(customer.value())
                .query(Integer.class)
                .single();
    }

    /** Whether somebody with the login belongs to the customer. */
    boolean isMember(CustomerId customer, String login) {
        return jdbc.sql("""
                        SELECT EXISTS (SELECT FROM membership m JOIN app_user u ON u.id = m.user_id
                            WHERE m.customer_id = ? AND u.login = ?)
                        """)
                .params(customer.value(), login)
                .query(Boolean.class)
                .single();
    }

    void insert(Sent sent, Secret secret) {
        Invitation invitation = sent.invitation();
        jdbc.sql("""
                        INSERT INTO invitation
                            (id, hash, customer_id, login, role, created_at, expires_at, created_by, token_id, email)
                        VALUES (:id, :hash, :customer, :login, :role, :now, :end, :by, :token, :email)
                        """)
                .param("id", invitation.id().value())
                .param("hash", secret.hash())
                .param("customer", sent.customer().value())
                .param("login", invitation.login())
                .param("role", invitation.role().toString())
                .param("now", Timestamp.from(invitation.createdAt()))
                .param("end", Timestamp.from(invitation.expiresAt()))
                .param("by", sent.by().value())
                .param("token", sent.token().map(TokenId::value).orElse(null), Types.OTHER)
                .param(
                        "email",
                        Optional.ofNullable(invitation.email())
                                .map(EmailAddress::text)
                                .orElse(null),
                        Types.VARCHAR)
                .update();
        for (JailRights rights : invitation.jails()) {
            jdbc.sql("INSERT INTO invitation_jail (invitation_id, jail_id, rights) VALUES (?, ?, ?::text[])")
                    .params(invitation.id().value(), rights.jail().value(), MemberRows.array(rights.rights()))
                    .update();
        }
    }

    /** Lists open invitations by id, which is the order of their creation. */
    List<Invitation> list(CustomerId customer, Instant now, Optional<InvitationId> after, int limit) {
        List<Invitation> rows = jdbc.sql(INVITATION + """
                        WHERE customer_id = :customer AND expires_at > :now AND (:after::uuid IS NULL OR id > :after)
                        ORDER BY id LIMIT :limit
                        """)
                .param("customer", customer.value())
                .param("now", Timestamp.from(now))
                .param("after", after.map(InvitationId::value).orElse(null), Types.OTHER)
                .param("limit", limit)
                .query((row, number) -> sent(row).invitation())
                .list();
        Map<InvitationId, List<JailRights>> jails = jails(rows);
        return rows.stream()
                .map(row -> row.withJails(jails.getOrDefault(row.id(), List.of())))
                .toList();
    }

    Optional<Invitation> find(CustomerId customer, InvitationId id, Instant now) {
        return jdbc.sql(INVITATION + "WHERE customer_id = ? AND id = ? AND expires_at > ?")
                .params(customer.value(), id.value(), Timestamp.from(now))
                .query((row, number) -> sent(row).invitation())
                .optional();
    }

    /** Returns the customer of an invitation, which may have expired. */
    Optional<CustomerId> customer(Secret secret) {
        return jdbc.sql("SELECT customer_id FROM invitation WHERE hash = ?")
                .param(secret.hash())
                .query((row, number) -> new CustomerId(row.getObject("customer_id", UUID.class)))
                .optional();
    }

    Optional<Sent> find(Secret secret, Instant now) {
        Optional<Sent> found = jdbc.sql(INVITATION + "WHERE hash = ? AND expires_at > ?")
                .params(secret.hash(), Timestamp.from(now))
                .query((row, number) -> sent(row))
                .optional();
        return found.map(sent -> new Sent(
                sent.customer(),
                sent.by(),
                sent.token(),
                sent.invitation()
                        .withJails(jails(List.of(sent.invitation()))
                                .getOrDefault(sent.invitation().id(), List.of()))));
    }

    /** Returns an invitation that has not expired, without its jails. */
    Optional<Sent> find(InvitationId id, Instant now) {
        return jdbc.sql(INVITATION + "WHERE id = ? AND expires_at > ?")
                .params(id.value(), Timestamp.from(now))
                .query((row, number) -> sent(row))
                .optional();
    }

    /** Gives an invitation another secret: the link of the one before does not work any more. */
    void replaceSecret(InvitationId id, Secret secret) {
        jdbc.sql("UPDATE invitation SET hash = ? WHERE id = ?")
                .params(secret.hash(), id.value())
                .update();
    }

    private Map<InvitationId, List<JailRights>> jails(List<Invitation> invitations) {
        record Chosen(InvitationId invitation, JailRights rights) {}
        return jdbc
                .sql("""
                        SELECT invitation_id, jail_id, rights FROM invitation_jail
                        WHERE invitation_id = ANY (?::uuid[]) ORDER BY invitation_id, jail_id
                        """)
                .param(invitations.stream()
                        .map(invitation -> invitation.id().toString())
                        .collect(Collectors.joining(",", "{", "}")))
                .query((row, number) -> new Chosen(
                        new InvitationId(row.getObject("invitation_id", UUID.class)),
                        new JailRights(new JailId(row.getObject("jail_id", UUID.class)), MemberRows.rights(row))))
                .list()
                .stream()
                .collect(Collectors.groupingBy(
                        Chosen::invitation, Collectors.mapping(Chosen::rights, Collectors.toList())));
    }

    private static Sent sent(ResultSet row) throws SQLException {
        return new Sent(
                new CustomerId(row.getObject("customer_id", UUID.class)),
                new UserId(row.getObject("created_by", UUID.class)),
                Optional.ofNullable(row.getObject("token_id", UUID.class)).map(TokenId::new),
                new Invitation(
                        new InvitationId(row.getObject("id", UUID.class)),
                        row.getString("login"),
                        MemberRole.valueOf(row.getString("role").toUpperCase(Locale.ROOT)),
                        List.of(),
                        row.getTimestamp("created_at").toInstant(),
                        row.getTimestamp("expires_at").toInstant(),
                        Optional.ofNullable(row.getString("email"))
                                .map(EmailAddress::new)
                                .orElse(null),
                        null));
    }
}
