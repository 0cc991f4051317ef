package dev.bailiwick.server.account.member;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.DesiredJail.FilesFate;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.jail.JailActions;
import dev.bailiwick.server.jail.JailReports;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.placement.NewJail;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Two changes at once that take jails from the same colleagues wait for each other, in whichever order the rows are stored. */
@ServerTest
class AccessOrderTest {

    private static final int COLLEAGUES = 200;
    private static final int ROUNDS = 5;

    @Autowired
    private Users users;

    @Autowired
    private Jails jails;

    @Autowired
    private JailActions actions;

    @Autowired
    private JailReports reports;

    @Autowired
    private Fleet.Fixtures fixtures;

    @Autowired
    private JdbcClient jdbc;

    private CustomerId customer = CustomerId.fresh();

    @BeforeEach
    void customerWithColleagues() {
        customer = fixtures.customer();
        jdbc.sql("""
                        WITH one AS (
                            INSERT INTO app_user (id, login, password_hash, role, created_at)
                            SELECT gen_random_uuid(), 'order-' || gen_random_uuid(), 'x', 'customer', now()
                            FROM generate_series(1, :count) RETURNING id)
                        INSERT INTO membership (user_id, customer_id, role, created_at)
                        SELECT id, :customer, 'colleague', now() FROM one
                        """)
                .param("count", COLLEAGUES)
                .param("customer", customer.value())
                .update();
    }

    private JailId jail(HostId host, String name) {
        return jails.define(OPERATOR, new NewJail(customer, Optional.of(host), Optional.empty(), Fleet.named(name)))
                .id();
    }

    /** @param order {@code ASC} or {@code DESC}: how the grants follow each other in their table */
    private void grant(JailId jail, String order) {
        jdbc.sql("""
                        INSERT INTO jail_grant (user_id, customer_id, jail_id, rights)
                        SELECT user_id, customer_id, :jail, '{}' FROM membership WHERE customer_id = :customer
                        ORDER BY user_id
                        """ + order)
                .param("jail", jail.value())
                .param("customer", customer.value())
                .update();
    }

    @Test
    void twoJailsMoveAtOnce() throws Exception {
        List<HostId> hosts = List.of(fixtures.connectedHostWithPool(), fixtures.connectedHostWithPool());
        for (int round = 0; round < ROUNDS; round++) {
            JailId one = jail(hosts.get(0), "one-" + round);
            JailId other = jail(hosts.get(1), "other-" + round);
            grant(one, "ASC");
            grant(other, "DESC");
            CustomerId there = fixtures.customer();
            CustomerId elsewhere = fixtures.customer();

            atOnce(() -> actions.move(OPERATOR, one, there), () -> actions.move(OPERATOR, other, elsewhere));
        }
        assertThat(grants()).isZero();
    }

    @Test
    void twoHostsReportRemovedJailsAtOnce() throws Exception {
        List<HostId> hosts = List.of(fixtures.connectedHostWithPool(), fixtures.connectedHostWithPool());
        for (int round = 0; round < ROUNDS; round++) {
            List<JailId> here = List.of(jail(hosts.get(0), "a-" + round), jail(hosts.get(0), "b-" + round));
            List<JailId> there = List.of(jail(hosts.get(1), "c-" + round), jail(hosts.get(1), "d-" + round));
            // Each colleague has one jail of each host: the first half the first one here, and the second one there.
            half(here.get(0), 0);
            half(here.get(1), 1);
            half(there.get(0), 1);
            half(there.get(1), 0);
            for (JailId jail : List.of(here.get(0), here.get(1), there.get(0), there.get(1))) {
                actions.retire(OPERATOR, jail, FilesFate.DELETED);
            }

            atOnce(() -> removed(hosts.get(0), here), () -> removed(hosts.get(1), there));
        }
        assertThat(grants()).isZero();
    }

    @Test
    void anOwnerOfTheFormerCustomerHasAnotherVersionOfAccess() {
        var owner = users.create(
                OPERATOR, "order-" + UUID.randomUUID(), "long enough for all", new Membership.Of(customer));
        JailId jail = jail(fixtures.connectedHostWithPool(), "moves");
        long before = users.inSession(owner.id()).orElseThrow().access().version();

        actions.move(OPERATOR, jail, fixtures.customer());

        assertThat(users.inSession(owner.id()).orElseThrow().access().version()).isGreaterThan(before);
    }

    private void half(JailId jail, int which) {
        jdbc.sql("""
                        INSERT INTO jail_grant (user_id, customer_id, jail_id, rights)
                        SELECT user_id, customer_id, :jail, '{}' FROM (
                            SELECT *, row_number() OVER (ORDER BY user_id) > :half AS late FROM membership
                            WHERE customer_id = :customer) AS m
                        WHERE late = :late
                        """)
                .param("jail", jail.value())
                .param("customer", customer.value())
                .param("half", COLLEAGUES / 2)
                .param("late", which == 1)
                .update();
    }

    private Object removed(HostId host, List<JailId> gone) {
        reports.apply(
                host,
                gone.stream()
                        .map(jail -> Fleet.report(jail, 2, Phase.REMOVED, Instant.now()))
                        .toList());
        return gone;
    }

    private long grants() {
        return jdbc.sql("SELECT count(*) FROM jail_grant WHERE customer_id = ?")
                .param(customer.value())
                .query(Long.class)
                .single();
    }

    private static void atOnce(Callable<Object> one, Callable<Object> other) throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var done : threads.invokeAll(List.of(one, other))) {
                assertThat(done.get()).isNotNull();
            }
        }
    }
}
