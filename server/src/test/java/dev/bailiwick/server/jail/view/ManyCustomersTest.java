package dev.bailiwick.server.jail.view;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.Egress;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.ApiClient;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.network.Pools;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.TestPropertySource;

/** How long pages and lists take with 100,000 jails of 5,000 customers of one reseller, for one user at a time, through all filters. */
@ServerTest
@Tag("performance")
// What a request did is not written down for a failure: that would take a part of the time that is measured.
@TestPropertySource(properties = {"bailiwick.tests=a database of its own", "spring.test.mockmvc.print=none"})
class ManyCustomersTest {

    private static final int CUSTOMERS = 5_000;
    private static final int JAILS_OF_ONE = 20;
    private static final int HOSTS = 50;
    private static final int WARMING = 30;
    private static final int ROUNDS = 300;

    /** Milliseconds that 95 of 100 pages, and 99 of 100 lists of the API, may take. */
    private static final double PAGE = 50;

    private static final double LIST = 20;

    @Autowired
    private ApiClient api;

    @Autowired
    private Users users;

    @Autowired
    private Jails jails;

    @Autowired
    private Pools pools;

    @Autowired
    private Fleet.Fixtures fixtures;

    @Autowired
    private JdbcClient jdbc;

    /** @param percentile of the times that is bounded */
    private record Measured(Caller caller, String address, int percentile, double bound) {}

    @Test
    void pagesAndListsStayFast() {
        CustomerId customer = fixtures.customer();
        JailId jail = manyJails(customer);
        Caller owner = users.inSession(users.create(
                                OPERATOR,
                                "o-" + UUID.randomUUID(),
                                "correct horse battery",
                                new Membership.Of(customer))
                        .id())
                .orElseThrow();
        CustomerId reseller = fixtures.customer();
        jdbc.sql("UPDATE customer SET reseller_id = :reseller WHERE id <> :reseller")
                .param("reseller", reseller.value())
                .update();
        jdbc.sql("VACUUM ANALYZE customer").update();
        Caller agency = users.inSession(users.create(
                                OPERATOR,
                                "a-" + UUID.randomUUID(),
                                "correct horse battery",
                                new Membership.Of(reseller))
                        .id())
                .orElseThrow();
        List<Measured> all = List.of(
                page(OPERATOR, "/jails"),
                page(OPERATOR, "/jails?q=many-99"),
                page(OPERATOR, "/jails/" + jail),
                page(OPERATOR, "/customers"),
                page(OPERATOR, "/customers/" + customer),
                page(OPERATOR, "/hosts"),
                page(owner, "/jails"),
                page(owner, "/jails/" + jail),
                page(owner, "/people"),
                page(agency, "/jails"),
                page(agency, "/jails?q=many-99"),
                new Measured(agency, "/api/v1/jails", 99, PAGE),
                page(agency, "/jails/" + jail),
                page(agency, "/customers"),
                page(agency, "/customers?q=Customer+99"),
                page(agency, "/customers/" + customer),
                page(agency, "/people?customer=" + customer),
                list(agency, "/api/v1/customers?limit=100&reseller=" + reseller),
                list(agency, "/api/v1/customers/" + customer),
                list(agency, "/api/v1/customers/" + customer + "/usage"),
                list(OPERATOR, "/api/v1/jails?limit=100"),
                list(OPERATOR, "/api/v1/jails?customer=" + customer),
                list(OPERATOR, "/api/v1/customers?limit=100"),
                list(owner, "/api/v1/jails"),
                list(owner, "/api/v1/jails?q=many"));
        Map<String, Double> slow = new LinkedHashMap<>();
        for (Measured one : all) {
            double millis = millis(one);
            System.out.printf(
                    "%s %s: p%d %.1f ms%n",
                    one.caller().login().charAt(0) + " " + one.caller().role(),
                    one.address().replaceAll("[0-9a-f-]{36}", "ID"),
                    one.percentile(),
                    millis);
            if (millis > one.bound()) {
                slow.put(one.address(), millis);
            }
        }
        assertThat(slow).isEmpty();
    }

    private static Measured page(Caller caller, String address) {
        return new Measured(caller, address, 95, PAGE);
    }

    private static Measured list(Caller caller, String address) {
        return new Measured(caller, address, 99, LIST);
    }

    private double millis(Measured one) {
        List<Double> times = new ArrayList<>();
        for (int round = 0; round < WARMING + ROUNDS; round++) {
            long began = System.nanoTime();
            assertThat(api.get(one.caller(), one.address())).as(one.address()).hasStatusOk();
            if (round >= WARMING) {
                times.add((System.nanoTime() - began) / 1e6);
            }
        }
        Collections.sort(times);
        return times.get(times.size() * one.percentile() / 100);
    }

    /** Copies one jail, whose requests were real, as far as lists read it. */
    private JailId manyJails(CustomerId customer) {
        HostId host = fixtures.connectedHostWithPool();
        JailId jail = jails.define(
                        OPERATOR, new NewJail(customer, Optional.of(host), Optional.empty(), Fleet.named("many-0-0")))
                .id();
        jdbc.sql("""
                        INSERT INTO host (id, name, created_at)
                        SELECT gen_random_uuid(), 'many-' || n, now() FROM generate_series(1, ?) AS n
                        """).param(HOSTS).update();
        jdbc.sql("""
                        INSERT INTO customer (id, name, created_at)
                        SELECT gen_random_uuid(), 'Customer ' || n, now() FROM generate_series(1, ?) AS n
                        """).param(CUSTOMERS - 1).update();
        int copied = jdbc.sql("""
                        INSERT INTO jail (id, customer_id, host_id, name, generation, revision, hostname, path, base, profile, command,
                            environment, wanted, created_at, updated_at)
                        SELECT gen_random_uuid(), c.id, h.id, 'many-' || c.number || '-' || n, 1, 1, 'many',
                            '/srv/many-' || c.number || '-' || n, j.base, j.profile, j.command, j.environment, 'running',
                            j.created_at, j.updated_at
                        FROM jail j, (SELECT id, row_number() OVER (ORDER BY id) AS number FROM customer) c,
                            generate_series(1, :each) AS n,
                            LATERAL (SELECT id FROM host WHERE name = 'many-' || 1 + (c.number + n) % :hosts) h
                        WHERE j.id = :jail
                        """)
                .param("each", JAILS_OF_ONE)
                .param("hosts", HOSTS)
                .param("jail", jail.value())
                .update();
        pools.define(OPERATOR, AddressRange.parse("10.64.0.0/14"), Optional.empty(), Egress.CLOSED, "many");
        jdbc.sql("""
                        INSERT INTO jail_address (address, jail_id, pool_id, pool_range)
                        SELECT '10.64.0.0'::inet + 256 + row_number() OVER (ORDER BY j.id), j.id, p.id, p.range
                        FROM jail j, address_pool p WHERE p.range = '10.64.0.0/14' AND j.id <> ?
                        """).param(jail.value()).update();
        jdbc.sql("""
                        INSERT INTO jail_status (jail_id, generation, phase, restarts, conditions, steps, reported_at, received_at)
                        SELECT id, 1, 'running', 0, '[]', '[]', now(), now() FROM jail
                        ON CONFLICT (jail_id) DO NOTHING
                        """).update();
        jdbc.sql("""
                        INSERT INTO host_connection (host_id, session, connected_until, last_seen_at, accepted_revision, agent_version,
                            root_base, facts)
                        SELECT h.id, gen_random_uuid(), now() + interval '1 hour', now(), 1, c.agent_version, c.root_base, c.facts
                        FROM host h, host_connection c WHERE c.host_id = ? AND h.name LIKE 'many-%'
                        """).param(host.value()).update();
        jdbc.sql("VACUUM ANALYZE").update();
        assertThat(copied).isEqualTo(CUSTOMERS * JAILS_OF_ONE);
        return jail;
    }
}
