package dev.bailiwick.server.jail.intent;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.firewall.Firewall;
import dev.bailiwick.server.jail.view.StoredRule;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Writes the rules of jails. Only {@link Intents} may use it, because rules belong to a generation. */
@Component
class FirewallRows {

    private final JdbcClient jdbc;
    private final JsonMapper json;

    FirewallRows(JdbcClient jdbc, JsonMapper json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    void replace(JailId jail, Firewall firewall) {
        if (firewall.rules().isEmpty()) {
            jdbc.sql("DELETE FROM jail_firewall WHERE jail_id = ?")
                    .param(jail.value())
                    .update();
            return;
        }
        jdbc.sql("""
                        INSERT INTO jail_firewall (jail_id, rules) VALUES (?, ?::jsonb)
                        ON CONFLICT (jail_id) DO UPDATE SET rules = excluded.rules
                        """)
                .params(
                        jail.value(),
                        json.writeValueAsString(
                                firewall.rules().stream().map(StoredRule::of).toList()))
                .update();
    }
}
