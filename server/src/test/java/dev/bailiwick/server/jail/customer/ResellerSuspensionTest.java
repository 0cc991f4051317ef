package dev.bailiwick.server.jail.customer;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Sealing.awaitSealed;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.WantedState;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.server.ApiClient;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.MemberRole;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.member.MemberChange;
import dev.bailiwick.server.account.member.Members;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.jail.DesiredStates;
import dev.bailiwick.server.jail.JailActions;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.intent.CustomerSuspensions;
import dev.bailiwick.server.jail.placement.NewJail;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

/** A suspended reseller, and customers that their reseller suspends. */
@ServerTest
class ResellerSuspensionTest {

    private static final String WHY = "unpaid since May";

    @Autowired
    private ApiClient api;

    @Autowired
    private Jails jails;

    @Autowired
    private JailActions actions;

    @Autowired
    private DesiredStates desired;

    @Autowired
    private CustomerSuspensions suspensions;

    @Autowired
    private Users users;

    @Autowired
    private Members members;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private Fleet.Fixtures fixtures;

    private HostId host = new HostId(UUID.randomUUID());
    private CustomerId reseller = CustomerId.fresh();
    private CustomerId first = CustomerId.fresh();
    private CustomerId second = CustomerId.fresh();
    private JailId own = new JailId(UUID.randomUUID());
    private JailId shop = new JailId(UUID.randomUUID());
    private JailId mail = new JailId(UUID.randomUUID());
    private UserId owner = UserId.fresh();

    @BeforeEach
    void aResellerWithTwoCustomers() {
        host = fixtures.connectedHostWithPool();
        reseller = fixtures.customer();
        first = fixtures.customer();
        second = fixtures.customer();
        own = jail(reseller, "own");
        shop = jail(first, "shop");
        mail = jail(second, "mail");
        suspensions.giveReseller(OPERATOR, first, reseller);
        suspensions.giveReseller(OPERATOR, second, reseller);
        owner = user(reseller);
    }

    private JailId jail(CustomerId of, String name) {
        return jails.define(OPERATOR, new NewJail(of, Optional.of(host), Optional.empty(), Fleet.named(name)))
                .id();
    }

    private UserId user(CustomerId of) {
        return users.create(OPERATOR, "s-" + UUID.randomUUID(), "long enough for all", new Membership.Of(of))
                .id();
    }

    private Caller as(UserId user) {
        return users.inSession(user).orElseThrow();
    }

    private MvcTestResult suspend(Caller caller, CustomerId customer) {
        return api.call(
                caller, HttpMethod.POST, "/api/v1/customers/" + customer + "/suspend", "{\"reason\": \"" + WHY + "\"}");
    }

    private MvcTestResult lift(Caller caller, CustomerId customer) {
        return api.call(caller, HttpMethod.POST, "/api/v1/customers/" + customer + "/unsuspend", "");
    }

    /** Returns the jails that the host is to run. */
    private Set<JailId> running() {
        Map<JailId, WantedState> told = new HashMap<>();
        for (DesiredJail jail : desired.since(host, 0).jails()) {
            told.put(jail.id(), ((DesiredJail.Present) jail).definition().wanted());
        }
        told.values().removeIf(wanted -> wanted != WantedState.RUNNING);
        return told.keySet();
    }

    @Test
    void stopsTheJailsOfTheCustomersOfASuspendedReseller() {
        assertThat(running()).containsExactlyInAnyOrder(own, shop, mail);
        long before = desired.since(host, 0).revision();

        assertThat(suspend(OPERATOR, reseller)).hasStatusOk();

        assertThat(running()).isEmpty();
        assertThat(desired.since(host, before).jails())
                .as("what the host is sent")
                .hasSize(3);
        Caller child = as(user(first));
        assertThat(jails.find(child, shop).suspended()).as("visible and kept").isTrue();
        MvcTestResult start = api.call(child, HttpMethod.POST, "/api/v1/jails/" + shop + "/start", "");
        assertThat(start).hasStatus(409);
        assertThat(start).bodyText().contains("customer-suspended").doesNotContain("reseller");
        assertThat(api.call(
                        OPERATOR,
                        HttpMethod.POST,
                        "/api/v1/jails",
                        "{\"name\": \"new\", \"customer\": \"" + first + "\", \"host\": \"" + host + "\"}"))
                .hasStatus(409);
        assertThat(api.call(OPERATOR, HttpMethod.POST, "/api/v1/jails/" + shop + "/start", ""))
                .bodyText()
                .contains("its reseller is suspended");
        var seen = api.json(api.get(OPERATOR, "/api/v1/customers/" + first));
        assertThat(seen.get("resellerSuspended").asBoolean()).isTrue();
        assertThat(seen.path("suspendedAt").isMissingNode()).isTrue();

        assertThat(lift(OPERATOR, reseller)).hasStatusOk();
        assertThat(running()).containsExactlyInAnyOrder(own, shop, mail);
        awaitSealed(jdbc);
        assertThat(jdbc.sql(
                                "SELECT action || ' ' || detail::text FROM audit_event WHERE customer_id = ? AND subject_id = ?"
                                        + " AND action LIKE '%suspended' ORDER BY id")
                        .params(first.value(), first.toString())
                        .query(String.class)
                        .list())
                .containsExactly("customer.suspended {\"jails\": 1}", "customer.unsuspended {\"jails\": 1}");
    }

    @Test
    void aSuspensionOfTheCustomerItselfStays() {
        suspend(OPERATOR, first);
        suspend(OPERATOR, reseller);
        assertThat(lift(OPERATOR, reseller)).hasStatusOk();
        assertThat(running()).containsExactlyInAnyOrder(own, mail);

        suspend(OPERATOR, reseller);
        assertThat(lift(OPERATOR, first)).hasStatusOk();
        assertThat(running()).isEmpty();
        assertThat(lift(OPERATOR, reseller)).hasStatusOk();
        assertThat(running()).containsExactlyInAnyOrder(own, shop, mail);
    }

    @Test
    void followsAChangeOfReseller() {
        CustomerId unpaid = fixtures.customer();
        suspend(OPERATOR, unpaid);

        suspensions.giveReseller(OPERATOR, first, unpaid);
        assertThat(running()).containsExactlyInAnyOrder(own, mail);
        suspensions.giveReseller(OPERATOR, first, null);
        assertThat(running()).containsExactlyInAnyOrder(own, shop, mail);

        suspend(as(owner), second);
        suspensions.giveReseller(OPERATOR, second, null);
        assertThat(running()).as("what it suspended stays so").containsExactlyInAnyOrder(own, shop);
        assertThat(api.json(api.get(OPERATOR, "/api/v1/customers/" + second))
                        .get("suspendedByReseller")
                        .asBoolean())
                .isFalse();
    }

    @Test
    void anOwnerOfTheResellerSuspendsItsCustomers() {
        MvcTestResult suspended = suspend(as(owner), first);
        assertThat(suspended).hasStatusOk();
        assertThat(api.json(suspended).get("suspensionReason").asString()).isEqualTo(WHY);
        assertThat(api.json(suspended).get("suspendedByReseller").asBoolean()).isTrue();
        assertThat(running()).containsExactlyInAnyOrder(own, mail);
        assertThat(lift(as(owner), first)).hasStatusOk();
        assertThat(running()).containsExactlyInAnyOrder(own, shop, mail);

        assertThat(suspend(as(owner), reseller)).as("itself").hasStatus(403);
        assertThat(suspend(as(owner), fixtures.customer())).as("foreign").hasStatus(404);
        assertThat(suspend(as(user(first)), first)).as("the customer itself").hasStatus(403);
        EnumSet<Scope> others = EnumSet.copyOf(as(owner).scopes());
        others.remove(Scope.CUSTOMERS_WRITE);
        assertThat(suspend(as(owner).with(others), first))
                .as("without the scope")
                .hasStatus(403);
        assertThat(running()).containsExactlyInAnyOrder(own, shop, mail);
    }

    @Test
    void onlyStaffChangesWhatStaffHasSuspended() {
        suspend(OPERATOR, first);

        assertThat(lift(as(owner), first)).hasStatus(409);
        assertThat(lift(as(owner), first)).bodyText().contains("only staff").doesNotContain(WHY);
        assertThat(suspend(as(owner), first)).hasStatus(409);
        assertThat(running()).containsExactlyInAnyOrder(own, mail);

        suspend(as(owner), second);
        assertThat(suspend(OPERATOR, second)).as("taken over").hasStatusOk();
        assertThat(lift(as(owner), second)).hasStatus(409);
        assertThat(lift(OPERATOR, second)).hasStatusOk();
        assertThat(running()).containsExactlyInAnyOrder(own, mail);
    }

    @Test
    void aRequestOfAnOwnerWhoIsOneNoMoreIsRefused() {
        Caller before = as(owner);
        UserId _ = user(reseller);
        members.put(OPERATOR, reseller, owner, new MemberChange(MemberRole.COLLEAGUE, List.of()));

        assertThat(suspend(before, first)).hasStatus(403);
        assertThat(running()).containsExactlyInAnyOrder(own, shop, mail);
    }

    /** Whoever comes first, nothing of its customers runs when the reseller is suspended, and nobody waits for another forever. */
    @Test
    void overtakesNoChange() throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int round = 0; round < 10; round++) {
                String name = "round-" + round;
                List<Future<?>> all = new ArrayList<>();
                all.add(threads.submit(() -> suspensions.suspend(OPERATOR, reseller, WHY)));
                all.add(threads.submit(() -> suspend(as(owner), first)));
                for (CustomerId each : List.of(first, second, reseller)) {
                    all.add(threads.submit(() -> api.call(
                            OPERATOR,
                            HttpMethod.POST,
                            "/api/v1/jails",
                            "{\"name\": \"new-" + name + "\", \"customer\": \"" + each + "\", \"host\": \"" + host
                                    + "\"}")));
                }
                all.add(threads.submit(
                        () -> api.call(OPERATOR, HttpMethod.POST, "/api/v1/jails/" + mail + "/stop", "")));
                for (Future<?> one : all) {
                    one.get(30, TimeUnit.SECONDS);
                }
                assertThat(running()).isEmpty();
                suspensions.lift(OPERATOR, reseller);
                suspensions.lift(OPERATOR, first);
                actions.start(OPERATOR, mail);
                assertThat(running()).contains(own, shop, mail);
            }
        }
    }
}
