package dev.bailiwick.server.jail.placement;

import dev.bailiwick.jail.Demand;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.database.RowAccess;
import dev.bailiwick.server.problem.InvalidRequest;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Which hosts cannot enforce rules of firewalls, and whose jails they therefore cannot have. */
@Component
public class RuleEnforcement {

    private record Refusal(HostId host, String reason) {}

    private final JdbcClient jdbc;

    RuleEnforcement(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Returns those of the hosts that cannot enforce rules, according to their last report, each with the reason. */
    public Map<HostId, String> refusals(Collection<HostId> hosts) {
        return jdbc
                .sql("""
                        SELECT host_id, (
                            SELECT capability ->> 'reason' FROM jsonb_array_elements(facts -> 'capabilities') AS capability
                            WHERE capability -> 'refuses' @> to_jsonb(:demand::text) LIMIT 1) AS reason
                        FROM host_connection WHERE host_id = ANY (:hosts) AND refused @> to_jsonb(:demand::text)
                        """)
                .param("demand", Demand.FIREWALL)
                .param("hosts", hosts.stream().map(HostId::value).toArray(UUID[]::new))
                .query((row, _) ->
                        new Refusal(new HostId(row.getObject("host_id", UUID.class)), row.getString("reason")))
                .list()
                .stream()
                .collect(Collectors.toMap(Refusal::host, Refusal::reason));
    }

    /** Returns whether the customer has rules, which apply to all its jails. If its row is locked, that lasts until the end of the transaction. */
    public boolean hasRules(CustomerId customer) {
        return RowAccess.everything()
                .call(() -> jdbc.sql(
                                "SELECT EXISTS (SELECT FROM customer_firewall WHERE customer_id = ? AND rules <> '[]')")
                        .param(customer.value())
                        .query(Boolean.class)
                        .single());
    }

    /**
     * Checks that a host can have jails of the customer, whose row is locked.
     *
     * @param pointer the field of the request to blame
     * @throws InvalidRequest if the customer has rules, and the host cannot enforce them
     */
    public void require(CustomerId customer, HostId host, String pointer) {
        refusals(List.of(host)).values().stream()
                .filter(_ -> hasRules(customer))
                .findFirst()
                .ifPresent(reason -> {
                    throw refusal(pointer, reason);
                });
    }

    /** Returns the failure of a request for a jail of a customer whose rules the host cannot enforce. */
    public static InvalidRequest refusal(String pointer, String reason) {
        return new InvalidRequest(List.of(violation(pointer, reason)));
    }

    static Violation violation(String pointer, String reason) {
        return new Violation(pointer, "cannot enforce the firewall of the customer: " + reason);
    }
}
