package dev.bailiwick.server.jail.intent.firewall;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.firewall.Firewall;
import dev.bailiwick.jail.firewall.Peer;
import dev.bailiwick.server.jail.view.StoredRule;
import dev.bailiwick.server.notification.Notification.HostChanged;
import dev.bailiwick.server.notification.Notifications;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import tools.jackson.databind.json.JsonMapper;

/** Writes the rules of jails, in the transaction that gives the jail the generation to which they belong. */
@Component
public class FirewallRows {

    private final JdbcClient jdbc;
    private final JsonMapper json;
    private final Notifications notifications;

    FirewallRows(JdbcClient jdbc, JsonMapper json, Notifications notifications) {
        this.jdbc = jdbc;
        this.json = json;
        this.notifications = notifications;
    }

    /** As {@link #announce(List, Firewall)}, for one host. */
    public void announce(HostId host, Firewall firewall) {
        announce(List.of(host), firewall);
    }

    /**
     * Has the hosts receive the networks that the rules name, before the rules. To be called before a host gets the revision with which it
     * receives these.
     */
    public void announce(List<HostId> hosts, Firewall firewall) {
        if (firewall.rules().stream().noneMatch(rule -> rule.peer() instanceof Peer.Members)) {
            return;
        }
        jdbc.sql("SELECT notify_after_commit('host_changed', host) FROM unnest(:hosts::text[]) AS host")
                .param("hosts", hosts.stream().map(HostId::toString).toArray(String[]::new))
                .query((row, number) -> number)
                .list();
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                hosts.forEach(host -> notifications.publishLocally(new HostChanged(host, HostChanged.ANY)));
            }
        });
    }

    public void replace(JailId jail, Firewall firewall) {
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

    /** Removes the rules that name another jail or a network: after a move, these are of the former customer. */
    public void removePeers(JailId jail) {
        jdbc.sql("""
                        UPDATE jail_firewall SET rules = (
                            SELECT coalesce(jsonb_agg(r ORDER BY position), '[]')
                            FROM jsonb_array_elements(rules) WITH ORDINALITY AS e(r, position)
                            WHERE r->>'peer' NOT LIKE 'jail:%' AND r->>'peer' NOT LIKE 'network:%')
                        WHERE jail_id = ?
                        """).param(jail.value()).update();
        jdbc.sql("DELETE FROM jail_firewall WHERE jail_id = ? AND rules = '[]'")
                .param(jail.value())
                .update();
    }
}
