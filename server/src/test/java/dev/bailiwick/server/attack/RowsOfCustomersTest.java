package dev.bailiwick.server.attack;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.server.Sealing;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.attack.TwoCustomers.Actor;
import dev.bailiwick.server.attack.TwoCustomers.Thing;
import dev.bailiwick.server.attack.TwoCustomers.Which;
import dev.bailiwick.server.database.RowAccess;
import dev.bailiwick.server.database.TestThreads;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.context.ApplicationContext;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Queries whose author forgot whose rows they are: the database gives one customer nothing of another, and nobody anything without an
 * access. Each attempt also succeeds with the access that it lacks.
 */
@ServerTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RowsOfCustomersTest {

    /** The columns by which a row belongs to somebody. */
    private static final String OWNED = """
            SELECT c.table_name FROM information_schema.columns c
            JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
            JOIN pg_class k ON k.relnamespace = current_schema()::regnamespace AND k.relname = c.table_name
            WHERE t.table_type = 'BASE TABLE' AND c.table_schema = current_schema() AND NOT k.relispartition
                AND (c.column_name IN ('customer_id', 'jail_id', 'user_id', 'invitation_id') OR c.table_name = 'customer')
            """;

    /** They must be read before anybody is known: docs/adr/0052-rows-of-customers.md. */
    private static final Set<String> WITHOUT = Set.of(
            "web_session",
            "sign_in_link",
            "second_factor",
            "recovery_code",
            "passkey",
            "password_reset",
            "email_confirmation",
            "user_identity");

    @Autowired
    private ApplicationContext context;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private TransactionOperations transactions;

    @Autowired
    private Users users;

    @Autowired
    private JdbcConnectionDetails details;

    private TwoCustomers world;
    private Thing own;
    private Thing sibling;
    private Thing foreign;

    @BeforeAll
    void make() {
        world = TwoCustomers.Maker.make(context);
        Actor owner = world.actor("owner of the customer");
        own = world.thing(Which.OWN, owner);
        sibling = world.thing(Which.SIBLING, owner);
        foreign = world.thing(Which.FOREIGN, owner);
        Sealing.awaitSealed(jdbc);
        for (Thing thing : List.of(own, sibling, foreign)) {
            jdbc.sql("INSERT INTO policy_override VALUES (?, 0, 'ptrace', 'allow', 'a debugger', 'anna')")
                    .param(thing.jail().value())
                    .update();
            jdbc.sql("INSERT INTO denial VALUES (?, '2026-11-30T00:00Z', 'mount', 'EPERM', 1, false, now())")
                    .param(thing.jail().value())
                    .update();
            for (String table : List.of("figure", "figure_hour")) {
                jdbc.sql("INSERT INTO " + table + """
                                 (jail_id, customer_id, run, slot, samples, cpu_time_first, cpu_time_last)
                                VALUES (?, ?, gen_random_uuid(), date_trunc('hour', now()), 30, 0, 1)
                                """)
                        .params(thing.jail().value(), thing.customer().value())
                        .update();
            }
            jdbc.sql("INSERT INTO usage_seal (period, closed_at) VALUES ('2020-01-01', now()) ON CONFLICT DO NOTHING")
                    .update();
            jdbc.sql(
                            "INSERT INTO sealed_usage (period, customer_id, jail_id, customer_name) VALUES ('2020-01-01', ?, ?, 'x')")
                    .params(thing.customer().value(), thing.jail().value())
                    .update();
            // For a generation that no host reports, so that it stays.
            jdbc.sql("INSERT INTO jail_waiting VALUES (?, 999) ON CONFLICT (jail_id) DO UPDATE SET generation = 999")
                    .param(thing.jail().value())
                    .update();
            jdbc.sql("INSERT INTO host_difference VALUES (?, ?, 'unknown', 1, 1, NULL, NULL, NULL, now())")
                    .params(thing.host().value(), thing.jail().value())
                    .update();
            jdbc.sql("""
                            INSERT INTO jail_change_timing (jail_id, generation, revision) VALUES (?, 1, 1) ON CONFLICT DO NOTHING
                            """).param(thing.jail().value()).update();
            jdbc.sql("""
                            INSERT INTO mail (id, kind, subject_id, customer_id, recipient, created_at, expires_at, state, changed_at, attempts)
                            VALUES (gen_random_uuid(), 'invitation', gen_random_uuid(), ?, 'a@example.com', now(), now() + interval '1 day',
                                'sent', now(), 1)
                            """).param(thing.customer().value()).update();
            jdbc.sql("""
                            INSERT INTO ssh_key (id, user_id, type, bits, blob, fingerprint, comment, created_at)
                            VALUES (gen_random_uuid(), ?, 'ssh-ed25519', 256, 'a', 'SHA256:' || repeat('a', 43), '', now())
                            """).param(thing.user().value()).update();
            jdbc.sql("INSERT INTO customer_firewall VALUES (?, 1, '[]') ON CONFLICT DO NOTHING")
                    .param(thing.customer().value())
                    .update();
            jdbc.sql("INSERT INTO jail_firewall VALUES (?, '[]')")
                    .param(thing.jail().value())
                    .update();
            // With the access that the user has: other sessions are ended within a second.
            jdbc.sql("""
                            INSERT INTO exec_session
                            SELECT gen_random_uuid(), ?, gen_random_uuid(), id, access_version, now() FROM app_user WHERE id = ?
                            """)
                    .param(thing.jail().value())
                    .param(thing.user().value())
                    .update();
            jdbc.sql("INSERT INTO jail_run VALUES (?, ?, 'ada', now() + interval '1 day')")
                    .params(thing.jail().value(), thing.user().value())
                    .update();
            jdbc.sql("INSERT INTO attach_ticket VALUES (sha256(?), ?, ?, gen_random_uuid(), now() + interval '1 day')")
                    .params(
                            UUID.randomUUID().toString().getBytes(UTF_8),
                            thing.user().value(),
                            thing.jail().value())
                    .update();
            jdbc.sql("""
                            INSERT INTO published_port
                            SELECT ?, '192.0.2.2', 'tcp', 20000 + (SELECT count(*) FROM published_port), ?, 80, now()
                            """).params(thing.host().value(), thing.jail().value()).update();
            UUID network = UUID.randomUUID();
            jdbc.sql("INSERT INTO network VALUES (?, ?, 'inner ' || gen_random_uuid(), now())")
                    .params(network, thing.customer().value())
                    .update();
            jdbc.sql("INSERT INTO network_member VALUES (?, ?)")
                    .params(network, thing.jail().value())
                    .update();
            jdbc.sql("""
                            INSERT INTO resting_address
                            SELECT '192.0.2.0'::inet + (SELECT count(*) FROM resting_address), p.id, gen_random_uuid(), 'old', ?, now()
                            FROM address_pool p ORDER BY p.range LIMIT 1
                            ON CONFLICT (address) DO NOTHING
                            """).param(thing.customer().value()).update();
            UUID invitation = UUID.randomUUID();
            jdbc.sql("""
                            INSERT INTO invitation (id, hash, customer_id, login, role, created_at, expires_at, created_by)
                            VALUES (?, ?, ?, ?, 'colleague', now(), now() + interval '1 day', ?)
                            """)
                    .params(
                            invitation,
                            invitation.toString().getBytes(UTF_8),
                            thing.customer().value())
                    .params("at " + thing.which(), thing.user().value())
                    .update();
            jdbc.sql("INSERT INTO invitation_jail VALUES (?, ?, '{}')")
                    .params(invitation, thing.jail().value())
                    .update();
            jdbc.sql("""
                            INSERT INTO idempotency_key (user_id, key, request_hash, claim, claimed_at, created_at)
                            VALUES (?, 'key', sha256(''), ?, now(), now()) ON CONFLICT DO NOTHING
                            """).params(thing.user().value(), UUID.randomUUID()).update();
        }
    }

    @Test
    void everyTableOfCustomersForcesRowLevelSecurity() {
        assertThat(unprotected()).containsExactlyInAnyOrderElementsOf(WITHOUT);
        // A table that somebody adds without policies is found.
        transactions.executeWithoutResult(status -> {
            jdbc.sql("CREATE TABLE snapshot (jail_id uuid)").update();
            assertThat(unprotected()).contains("snapshot");
            jdbc.sql("ALTER TABLE snapshot ENABLE ROW LEVEL SECURITY").update();
            assertThat(unprotected()).as("enabled, but not for the owner").contains("snapshot");
            status.setRollbackOnly();
        });
    }

    private List<String> unprotected() {
        return jdbc.sql("""
                        SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relname IN (%s)
                            AND NOT (relrowsecurity AND relforcerowsecurity
                                AND EXISTS (SELECT FROM pg_policies p WHERE p.tablename = relname AND p.roles = '{bailiwick_everything}')
                                AND EXISTS (SELECT FROM pg_policies p WHERE p.tablename = relname AND p.roles = '{bailiwick_application}'))
                        """.formatted(OWNED))
                .query((row, _) -> row.getString(1))
                .list();
    }

    @Test
    void withoutAnAccessThereAreNoRows() {
        for (String table : protectedTables()) {
            String counting = "SELECT count(*) FROM " + table;
            assertThat(count(RowAccess.nothing(), counting)).as(table).isZero();
            if (!table.equals("unsealed_event")) {
                assertThat(count(RowAccess.everything(), counting)).as(table).isPositive();
            }
            if (!table.equals("audit_event")) { // Nobody deletes there.
                assertThat(TestThreads.<Integer, RuntimeException>asServer(
                                () -> jdbc.sql("DELETE FROM " + table).update()))
                        .as("deleted from " + table)
                        .isZero();
            }
        }
        assertThat(count(RowAccess.nothing(), "SELECT count(*) FROM host")).isPositive();
    }

    @Test
    void anOwnerSeesTheCustomerAndNothingOfAnother() {
        RowAccess owner = rows("owner of the customer");
        for (String table : protectedTables()) {
            Set<UUID> customers = customers(owner, table);
            assertThat(customers).as(table).isSubsetOf(own.customer().value());
            if (!Set.of("unsealed_event", "api_token", "ssh_key", "idempotency_key")
                    .contains(table)) {
                assertThat(customers).as(table).isNotEmpty();
            }
            assertThat(customers(RowAccess.everything(), table))
                    .as(table + " with everything")
                    .satisfies(all -> assertThat(table.equals("unsealed_event") || !all.isEmpty())
                            .isTrue());
        }
        assertThat(count(owner, "SELECT count(*) FROM jail")).isEqualTo(2);
    }

    @Test
    void aColleagueSeesTheChosenJailAlone() {
        RowAccess colleague = rows("colleague with [power]");
        assertThat(ids(colleague, "SELECT id FROM jail"))
                .containsExactly(own.jail().value());
        for (String table : List.of(
                "policy_override",
                "jail_address",
                "jail_status",
                "jail_waiting",
                "denial",
                "host_difference",
                "figure",
                "figure_hour",
                "sealed_usage")) {
            assertThat(ids(colleague, "SELECT jail_id FROM " + table))
                    .as(table)
                    .containsOnly(own.jail().value());
        }
        assertThat(ids(colleague, "SELECT subject_id::uuid FROM audit_event"))
                .containsOnly(own.jail().value());
        assertThat(ids(colleague, "SELECT id FROM customer"))
                .containsExactly(own.customer().value());
        assertThat(count(colleague, "SELECT count(*) FROM membership")).isOne();
        assertThat(count(colleague, "SELECT count(*) FROM invitation")).isZero();
        assertThat(count(colleague, "SELECT count(*) FROM removed_jail")).isZero();
        assertThat(count(colleague, "SELECT count(*) FROM kept_files")).isZero();
    }

    @Test
    void aUserOfSeveralCustomersSeesEachOfThem() {
        Actor colleague = world.actor("colleague with [power]");
        RowAccess both = new RowAccess.OfUser(
                colleague.user().value(), Set.of(foreign.customer().value()));

        assertThat(ids(both, "SELECT id FROM jail"))
                .containsExactlyInAnyOrder(own.jail().value(), foreign.jail().value());
        RowAccess two = new RowAccess.OfUser(
                UUID.randomUUID(),
                Set.of(own.customer().value(), foreign.customer().value()));
        assertThat(ids(two, "SELECT id FROM jail"))
                .containsExactlyInAnyOrder(
                        own.jail().value(),
                        sibling.jail().value(),
                        foreign.jail().value());
    }

    @Test
    void foreignRowsCannotBeWritten() {
        RowAccess owner = rows("owner of the customer");
        UUID jail = foreign.jail().value();
        for (String write : List.of(
                "UPDATE jail SET wanted = 'stopped' WHERE id = ?",
                "UPDATE jail_status SET restarts = 7 WHERE jail_id = ?",
                "DELETE FROM jail_address WHERE jail_id = ?",
                "DELETE FROM policy_override WHERE jail_id = ?",
                "DELETE FROM jail WHERE id = ?")) {
            assertThat(written(owner, write, jail)).as(write).isZero();
            assertThat(written(RowAccess.everything(), write, jail)).as(write).isPositive();
            assertThat(written(owner, write, own.jail().value())).as(write).isPositive();
        }
        refused(owner, "UPDATE jail SET customer_id = ?", foreign.customer().value());
        refused(owner, "INSERT INTO policy_override VALUES (?, 1, 'mount', 'allow', 'mine', 'eve')", jail);
        refused(owner, "INSERT INTO customer (id, name, created_at) VALUES (?, 'mine', now())", UUID.randomUUID());
        refused(
                owner,
                "INSERT INTO membership SELECT id, ?, 'owner', now() FROM app_user LIMIT 1",
                foreign.customer().value());
        RowAccess colleague = rows("colleague with [power]");
        refused(
                colleague,
                "INSERT INTO jail_grant SELECT user_id, customer_id, ?, '{}' FROM membership",
                sibling.jail().value());
        assertThat(written(
                        colleague,
                        "UPDATE membership SET role = 'owner' WHERE customer_id = ?",
                        own.customer().value()))
                .isZero();
    }

    /** Row-level security stops a query that names the wrong rows, not one that changes the access itself. */
    @Test
    void doesNotStopStatementsThatSetTheAccess() {
        List<UUID> seen = TestThreads.<List<UUID>, RuntimeException>asServer(() -> rows("owner of the customer")
                .call(() -> transactions.execute(_ -> {
                    jdbc.sql("SELECT set_config('role', 'bailiwick_everything', true)")
                            .query()
                            .singleRow();
                    return jdbc.sql("SELECT id FROM jail")
                            .query((row, _) -> row.getObject(1, UUID.class))
                            .list();
                })));
        assertThat(seen).contains(foreign.jail().value());
        assertThat(ids(rows("owner of the customer"), "SELECT id FROM jail"))
                .as("in the next transaction")
                .doesNotContain(foreign.jail().value());
    }

    @Test
    void theServerCannotSwitchItOff() {
        for (String statement : List.of(
                "ALTER TABLE jail DISABLE ROW LEVEL SECURITY",
                "ALTER TABLE jail NO FORCE ROW LEVEL SECURITY",
                "DROP POLICY of_customer ON jail",
                "CREATE POLICY mine ON jail USING (true)",
                "ALTER TABLE jail OWNER TO CURRENT_USER",
                "ALTER ROLE CURRENT_USER BYPASSRLS",
                "SET ROLE " + details.getUsername(),
                "CREATE FUNCTION mine() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
                "ALTER TABLE audit_event DISABLE TRIGGER ALL",
                "UPDATE flyway_schema_history SET success = true")) {
            assertThatThrownBy(() -> RowAccess.everything()
                            .call(() -> jdbc.sql(statement).update()))
                    .as(statement)
                    .isInstanceOf(DataAccessException.class);
        }
        // Instead of leaving rows out, PostgreSQL then refuses the query.
        assertThatThrownBy(() -> rows("owner of the customer")
                        .run(() -> transactions.executeWithoutResult(_ -> {
                            jdbc.sql("SET LOCAL row_security = off").update();
                            jdbc.sql("SELECT count(*) FROM jail")
                                    .query(Long.class)
                                    .single();
                        })))
                .isInstanceOf(DataAccessException.class)
                .rootCause()
                .hasMessageContaining("row-level security");
    }

    private RowAccess rows(String actor) {
        return users.inSession(world.actor(actor).user()).orElseThrow().rows();
    }

    private Set<String> protectedTables() {
        Set<String> tables = new TreeSet<>(
                jdbc.sql(OWNED).query((row, _) -> row.getString(1)).list());
        tables.removeAll(WITHOUT);
        return tables;
    }

    private long count(RowAccess access, String sql) {
        return TestThreads.<Long, RuntimeException>asServer(
                () -> access.call(() -> jdbc.sql(sql).query(Long.class).single()));
    }

    private List<UUID> ids(RowAccess access, String sql) {
        return TestThreads.<List<UUID>, RuntimeException>asServer(() -> access.call(() ->
                jdbc.sql(sql).query((row, _) -> row.getObject(1, UUID.class)).list()));
    }

    private int written(RowAccess access, String sql, UUID parameter) {
        return TestThreads.<Integer, RuntimeException>asServer(() -> access.call(() -> transactions.execute(status -> {
            status.setRollbackOnly();
            return jdbc.sql(sql).param(parameter).update();
        })));
    }

    private void refused(RowAccess access, String sql, UUID parameter) {
        assertThatThrownBy(() -> written(access, sql, parameter))
                .as(sql)
                .isInstanceOf(DataAccessException.class)
                .rootCause()
                .hasMessageContaining("row-level security");
    }

    /** Returns the customers whose rows of the table are seen, as the owner of the tables knows them. */
    private Set<UUID> customers(RowAccess access, String table) {
        String key = switch (table) {
            case "customer",
                    "network",
                    "jail",
                    "removed_jail",
                    "kept_files",
                    "invitation",
                    "mail",
                    "api_token",
                    "ssh_key" -> "id::text";
            case "audit_event" -> "id::text";
            case "unsealed_event" -> "sequence::text";
            case "customer_firewall" -> "customer_id::text";
            case "membership" -> "user_id || ' ' || customer_id";
            case "jail_grant" -> "user_id || ' ' || jail_id";
            case "invitation_jail" -> "invitation_id::text";
            case "resting_address" -> "address::text";
            case "idempotency_key" -> "user_id::text";
            default -> "jail_id::text";
        };
        List<String> seen = TestThreads.<List<String>, RuntimeException>asServer(
                () -> access.call(() -> jdbc.sql("SELECT " + key + " FROM " + table)
                        .query((row, _) -> row.getString(1))
                        .list()));
        Map<String, UUID> whose = new HashMap<>();
        String customer = switch (table) {
            case "customer" -> "t.id";
            case "customer_firewall",
                    "network",
                    "jail",
                    "removed_jail",
                    "kept_files",
                    "resting_address",
                    "invitation",
                    "mail",
                    "membership",
                    "jail_grant",
                    "audit_event",
                    "unsealed_event" -> "t.customer_id";
            case "invitation_jail" -> "(SELECT i.customer_id FROM invitation i WHERE i.id = t.invitation_id)";
            case "api_token", "ssh_key", "idempotency_key" ->
                "(SELECT min(m.customer_id::text)::uuid FROM membership m WHERE m.user_id = t.user_id)";
            default -> "(SELECT j.customer_id FROM jail j WHERE j.id = t.jail_id)";
        };
        jdbc.sql("SELECT " + key + " AS key, " + customer + " AS whose FROM " + table + " t")
                .query(row -> {
                    whose.put(row.getString("key"), row.getObject("whose", UUID.class));
                });
        Set<UUID> customers = new HashSet<>();
        seen.forEach(one -> customers.add(whose.get(one)));
        return customers;
    }
}
