package dev.bailiwick.server.account.member;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.MemberRole;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.UserId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The rows of memberships and of rights on single jails. */
@Repository
class MemberRows {

    private static final String MEMBER = """
            SELECT u.id, u.login, m.role, m.created_at, u.disabled_at FROM membership m JOIN app_user u ON u.id = m.user_id
            WHERE m.customer_id = :customer
            """;

    private final JdbcClient jdbc;
    private final Clock clock;

    MemberRows(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    List<Member> list(CustomerId customer, Optional<UserId> after, int limit) {
        List<Member> members = jdbc.sql(
                        MEMBER + " AND (:after::uuid IS NULL OR u.id > :after) ORDER BY u.id LIMIT :limit")
                .param("customer", customer.value())
                .param("after", after.map(UserId::value).orElse(null), Types.OTHER)
                .param("limit", limit)
                .query((row, number) -> member(row, List.of()))
                .list();
        Map<UUID, List<JailRights>> jails = grants(customer, members);
        return members.stream()
                .map(member -> with(member, jails.getOrDefault(member.user().value(), List.of())))
                .toList();
    }

    Optional<Member> find(CustomerId customer, UserId user) {
        Optional<Member> found = jdbc.sql(MEMBER + " AND u.id = :user")
                .param("customer", customer.value())
                .param("user", user.value())
                .query((row, number) -> member(row, List.of()))
                .optional();
        return found.map(
                member -> with(member, grants(customer, List.of(member)).getOrDefault(user.value(), List.of())));
    }

    List<UserMembership> of(UserId user, Optional<CustomerId> after, int limit) {
        return jdbc.sql("""
                        SELECT m.customer_id, c.name, m.role, m.created_at,
                            (SELECT count(*) FROM jail_grant g
                                WHERE g.user_id = m.user_id AND g.customer_id = m.customer_id) AS jails
                        FROM membership m JOIN customer c ON c.id = m.customer_id
                        WHERE m.user_id = :user AND (:after::uuid IS NULL OR m.customer_id > :after)
                        ORDER BY m.customer_id LIMIT :limit
                        """)
                .param("user", user.value())
                .param("after", after.map(CustomerId::value).orElse(null), Types.OTHER)
                .param("limit", limit)
                .query((row, number) -> new UserMembership(
                        new CustomerId(row.getObject("customer_id", UUID.class)),
                        row.getString("name"),
                        MemberRole.valueOf(row.getString("role").toUpperCase(Locale.ROOT)),
                        row.getInt("jails"),
                        row.getTimestamp("created_at").toInstant()))
                .list();
    }

    private Map<UUID, List<JailRights>> grants(CustomerId customer, List<Member> members) {
        record Granted(UUID user, JailRights rights) {}
        return jdbc
                .sql("""
                        SELECT user_id, jail_id, rights FROM jail_grant
                        WHERE customer_id = :customer AND user_id = ANY (:users::uuid[]) ORDER BY user_id, jail_id
                        """)
                .param("customer", customer.value())
                .param(
                        "users",
                        members.stream()
                                .map(member -> member.user().toString())
                                .collect(Collectors.joining(",", "{", "}")))
                .query((row, number) -> new Granted(
                        row.getObject("user_id", UUID.class),
                        new JailRights(new JailId(row.getObject("jail_id", UUID.class)), rights(row))))
                .list()
                .stream()
                .collect(
                        Collectors.groupingBy(Granted::user, Collectors.mapping(Granted::rights, Collectors.toList())));
    }

    /** Whether the user exists and may belong to customers. */
    boolean isCustomersUser(UserId user) {
        return jdbc.sql("SELECT EXISTS (SELECT FROM app_user WHERE id = ? AND role = 'customer')")
                .param(user.value())
                .query(Boolean.class)
                .single();
    }

    boolean hasOtherOwner(CustomerId customer, UserId user) {
        return jdbc.sql("""
                        SELECT EXISTS (SELECT FROM membership m JOIN app_user u ON u.id = m.user_id AND u.disabled_at IS NULL
                            WHERE m.customer_id = ? AND m.role = 'owner' AND m.user_id <> ?)
                        """)
                .params(customer.value(), user.value())
                .query(Boolean.class)
                .single();
    }

    /**
     * Locks jails that the user has, if there is one already, or is to have, before the rows that go with a jail which is deleted. So the order is the same as
     * that of a deletion.
     *
     * @return those of {@code wanted} that are jails of the customer, and are not being removed
     */
    Set<JailId> lockJails(CustomerId customer, Optional<UserId> user, List<JailRights> wanted) {
        Set<JailId> present = jdbc.sql("""
                        SELECT j.id FROM jail j
                        WHERE j.customer_id = :customer AND j.retired_at IS NULL
                            AND (j.id = ANY (:wanted::uuid[]) OR EXISTS (SELECT FROM jail_grant g
                                WHERE g.jail_id = j.id AND g.user_id = :user::uuid))
                        ORDER BY j.id FOR KEY SHARE OF j
                        """)
                .param("customer", customer.value())
                .param("user", user.map(UserId::value).orElse(null), Types.OTHER)
                .param(
                        "wanted",
                        wanted.stream()
                                .map(rights -> rights.jail().toString())
                                .collect(Collectors.joining(",", "{", "}")))
                .query((row, number) -> new JailId(row.getObject("id", UUID.class)))
                .set();
        return wanted.stream().map(JailRights::jail).filter(present::contains).collect(Collectors.toSet());
    }

    void put(CustomerId customer, UserId user, MemberRole role) {
        jdbc.sql("""
                        INSERT INTO membership AS m (user_id, customer_id, role, created_at) VALUES (?, ?, ?, ?)
                        ON CONFLICT (user_id, customer_id) DO UPDATE SET role = excluded.role WHERE m.role <> excluded.role
                        """)
                .params(user.value(), customer.value(), role.toString(), Timestamp.from(clock.instant()))
                .update();
    }

    /** Gives a member these jails of the customer in place of the ones before. */
    void grant(CustomerId customer, UserId user, List<JailRights> jails) {
        jdbc.sql("DELETE FROM jail_grant WHERE user_id = ? AND customer_id = ?")
                .params(user.value(), customer.value())
                .update();
        for (JailRights rights : jails) {
            jdbc.sql("""
                            INSERT INTO jail_grant (user_id, customer_id, jail_id, rights)
                            VALUES (:user, :customer, :jail, :rights::text[])
                            """)
                    .param("user", user.value())
                    .param("customer", customer.value())
                    .param("jail", rights.jail().value())
                    .param("rights", array(rights.rights()))
                    .update();
        }
    }

    void remove(CustomerId customer, UserId user) {
        jdbc.sql("DELETE FROM membership WHERE user_id = ? AND customer_id = ?")
                .params(user.value(), customer.value())
                .update();
    }

    private static Member with(Member member, List<JailRights> jails) {
        return new Member(member.user(), member.login(), member.role(), jails, member.createdAt(), member.disabledAt());
    }

    private static Member member(ResultSet row, List<JailRights> jails) throws SQLException {
        Timestamp disabled = row.getTimestamp("disabled_at");
        return new Member(
                new UserId(row.getObject("id", UUID.class)),
                row.getString("login"),
                MemberRole.valueOf(row.getString("role").toUpperCase(Locale.ROOT)),
                jails,
                row.getTimestamp("created_at").toInstant(),
                disabled == null ? null : disabled.toInstant());
    }

    /** Writes rights as an array of PostgreSQL. */
    static String array(Set<Right> rights) {
        return rights.stream().sorted().map(Right::toString).collect(Collectors.joining(",", "{", "}"));
    }

    /** Reads the column {@code rights}. */
    static Set<Right> rights(ResultSet row) throws SQLException {
        return Arrays.stream((String[]) row.getArray("rights").getArray())
                .map(Right::parse)
                .collect(Collectors.toUnmodifiableSet());
    }
}
