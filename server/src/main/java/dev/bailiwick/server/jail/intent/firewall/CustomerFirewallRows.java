package dev.bailiwick.server.jail.intent.firewall;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.firewall.Firewall;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.jail.view.JailRows;
import dev.bailiwick.server.jail.view.StoredRule;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** The rules of customers as they are stored. */
@Component
public class CustomerFirewallRows {

    private final JdbcClient jdbc;
    private final JailRows rows;
    private final JsonMapper json;

    CustomerFirewallRows(JdbcClient jdbc, JailRows rows, JsonMapper json) {
        this.jdbc = jdbc;
        this.rows = rows;
        this.json = json;
    }

    /**
     * The rules of a customer.
     *
     * @param version counts their changes; 0 if the customer never had any
     */
    public record CustomerFirewall(long version, Firewall firewall) {

        static final CustomerFirewall NONE = new CustomerFirewall(0, Firewall.OPEN);
    }

    public CustomerFirewall find(CustomerId customer) {
        return jdbc.sql("SELECT version, rules::text AS rules FROM customer_firewall WHERE customer_id = ?")
                .param(customer.value())
                .query((row, number) ->
                        new CustomerFirewall(row.getLong("version"), new Firewall(rows.rules(row.getString("rules")))))
                .optional()
                .orElse(CustomerFirewall.NONE);
    }

    /** Stores the next version of the rules. The caller has locked the customer. */
    public void replace(CustomerId customer, CustomerFirewall next) {
        jdbc.sql("""
                        INSERT INTO customer_firewall (customer_id, version, rules) VALUES (?, ?, ?::jsonb)
                        ON CONFLICT (customer_id) DO UPDATE SET version = excluded.version, rules = excluded.rules
                        """)
                .params(
                        customer.value(),
                        next.version(),
                        json.writeValueAsString(next.firewall().rules().stream()
                                .map(StoredRule::of)
                                .toList()))
                .update();
    }

    /** Returns the hosts that have jails of the customer. */
    public List<HostId> hosts(CustomerId customer) {
        return jdbc.sql("SELECT DISTINCT host_id FROM jail WHERE customer_id = ? AND retired_at IS NULL")
                .param(customer.value())
                .query((row, number) -> new HostId(row.getObject("host_id", UUID.class)))
                .list();
    }
}
