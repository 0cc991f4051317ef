package dev.bailiwick.server.account.user;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.Access;
import dev.bailiwick.server.account.Access.JailGrant;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.MemberRole;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.database.RowAccess;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Reads how far the rights of users reach. */
@Component
public class AccessRows {

    private final JdbcClient jdbc;

    AccessRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Returns the access of a user, which has to be read before anything is read with it.
     *
     * @param version the user's version of access, read before or with the rest: what changes in between makes another one
     */
    public Access read(UserId user, Role role, long version) {
        return role.isStaff()
                ? Access.of(role).at(version)
                : RowAccess.everything().call(() -> readMemberships(user, role, version));
    }

    private Access readMemberships(UserId user, Role role, long version) {
        Map<CustomerId, Set<Right>> customers = new HashMap<>();
        Map<JailId, JailGrant> jails = new HashMap<>();
        jdbc.sql("""
                        SELECT m.customer_id, m.role, g.jail_id, g.rights
                        FROM membership m LEFT JOIN jail_grant g ON g.user_id = m.user_id AND g.customer_id = m.customer_id
                        WHERE m.user_id = ?
                        """).param(user.value()).query(row -> {
            CustomerId customer = new CustomerId(row.getObject("customer_id", UUID.class));
            MemberRole member = MemberRole.valueOf(row.getString("role").toUpperCase(Locale.ROOT));
            customers.put(customer, Right.of(member));
            UUID jail = row.getObject("jail_id", UUID.class);
            if (jail != null) {
                jails.put(new JailId(jail), new JailGrant(customer, rights(row)));
            }
        });
        return new Access(Right.of(role), customers, resold(user), jails, version);
    }

    private Set<CustomerId> resold(UserId user) {
        return Set.copyOf(jdbc.sql("""
                        SELECT c.id FROM customer c JOIN membership m ON m.customer_id = c.reseller_id
                        WHERE m.user_id = ? AND m.role = 'owner'
                        """)
                .param(user.value())
                .query((row, number) -> new CustomerId(row.getObject("id", UUID.class)))
                .list());
    }

    private static Set<Right> rights(ResultSet row) throws SQLException {
        return Arrays.stream((String[]) row.getArray("rights").getArray())
                .map(Right::parse)
                .filter(Right::isGrantable)
                .collect(Collectors.toUnmodifiableSet());
    }
}
