package dev.bailiwick.server.account.customer;

import dev.bailiwick.jail.text.PlainText;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.problem.InvalidRequest;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.modulith.NamedInterface;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The customers by name, as the pages list and search them. */
@NamedInterface("customer")
@Service
public class CustomerList {

    private static final String PAGE = """
            SELECT c.id, c.name, c.external_id, c.contact, c.state,
                (SELECT count(*) FROM jail j WHERE j.customer_id = c.id AND j.retired_at IS NULL) AS jails
            FROM (
                SELECT id, name, external_id, contact, CASE WHEN retired_at IS NOT NULL THEN 'retired' WHEN suspended_at IS NOT NULL OR reseller_suspended THEN 'suspended'
                    ELSE 'active' END AS state
                FROM customer) AS c
            WHERE (:text::text IS NULL OR strpos(lower(c.name), lower(:text)) > 0 OR strpos(lower(c.external_id), lower(:text)) > 0
                    OR strpos(lower(c.contact), lower(:text)) > 0 OR starts_with(c.id::text, lower(:text)))
                AND (:state::text IS NULL OR c.state = :state)
                AND (:from::uuid IS NULL
                    OR (lower(c.name), c.id) >= (SELECT lower(first.name), first.id FROM customer first WHERE first.id = :from))
            ORDER BY lower(c.name), c.id LIMIT :limit
            """;

    /** Resellers do not see how staff files their customers. */
    private static final String OF_RESELLERS = PAGE.replace(
                    "SELECT id, name, external_id,", "SELECT id, name, NULL::text AS external_id,")
            .replace("FROM customer) AS c", "FROM customer WHERE reseller_id = ANY (:resellers::uuid[])) AS c");

    private final JdbcClient jdbc;

    CustomerList(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Returns customers in the order of their names: all for staff, and for the owners of resellers their customers.
     *
     * @param text part of the name, the external id or the contact, or the beginning of the id
     * @param from the first customer of the page; empty for the first of all
     * @throws InvalidRequest if no customer can have the text
     * @throws RightMissing if the caller is neither
     */
    @Transactional(readOnly = true)
    public List<ListedCustomer> page(
            Caller caller, Optional<String> text, Optional<CustomerState> state, Optional<CustomerId> from, int limit) {
        caller.require(Scope.CUSTOMERS_READ);
        boolean resold = !caller.access().has(Right.SEE_INSTALLATION);
        if (resold && caller.access().resold().isEmpty()) {
            throw new RightMissing(Right.SEE_INSTALLATION);
        }
        text.flatMap(PlainText::fault).ifPresent(fault -> {
            throw new InvalidRequest("/q", fault);
        });
        return jdbc.sql(resold ? OF_RESELLERS : PAGE)
                .param("text", text.orElse(null), Types.VARCHAR)
                .param("state", state.map(CustomerState::text).orElse(null), Types.VARCHAR)
                .param("from", from.map(CustomerId::value).orElse(null), Types.OTHER)
                .param("limit", limit)
                .param(
                        "resellers",
                        caller.access().members().stream()
                                .filter(caller.access()::owns)
                                .map(CustomerId::toString)
                                .toArray(String[]::new))
                .query((row, number) -> read(row))
                .list();
    }

    /** Returns the names of those of the customers that exist and that the caller may see; needs no scope. */
    public Map<CustomerId, String> names(Caller caller, Set<CustomerId> ids) {
        Map<CustomerId, String> names = new HashMap<>();
        jdbc.sql("SELECT id, name FROM customer WHERE id = ANY (:ids::uuid[])")
                .param("ids", ids.stream().map(CustomerId::toString).toArray(String[]::new))
                .query(row -> {
                    names.put(new CustomerId(row.getObject("id", UUID.class)), row.getString("name"));
                });
        names.keySet()
                .removeIf(id -> !caller.sees(id) && !caller.access().members().contains(id));
        return names;
    }

    private static ListedCustomer read(ResultSet row) throws SQLException {
        @Nullable String externalId = row.getString("external_id");
        @Nullable String contact = row.getString("contact");
        return new ListedCustomer(
                new CustomerId(row.getObject("id", UUID.class)),
                row.getString("name"),
                externalId,
                contact,
                CustomerState.find(row.getString("state")).orElseThrow(),
                row.getLong("jails"));
    }
}
