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

    /** Removes the rules that name another jail: after a move, that is one of the former customer. */
    void removePeers(JailId jail) {
        jdbc.sql("""
                        UPDATE jail_firewall SET rules = (
                            SELECT coalesce(jsonb_agg(r ORDER BY position), '[]')
                            FROM jsonb_array_elements(rules) WITH ORDINALITY AS e(r, position)
                            WHERE r->>'peer' NOT LIKE 'jail:%')
                        WHERE jail_id = ?
                        """).param(jail.value()).update();
        jdbc.sql("DELETE FROM jail_firewall WHERE jail_id = ? AND rules = '[]'")
                .param(jail.value())
                .update();
    }
}
