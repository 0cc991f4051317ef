package dev.bailiwick.server.jail.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.stream.ExecId;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.MemberRole;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.member.JailRights;
import dev.bailiwick.server.account.member.MemberChange;
import dev.bailiwick.server.account.member.Members;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.User;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.jail.JailActions;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.intent.CustomerSuspensions;
import dev.bailiwick.server.jail.placement.NewJail;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Sessions end when their users may no longer work in the jail, whether or not somebody is attached to them. */
@ServerTest
class WithdrawnSessionsTest {

    private static final Duration BOUND = Duration.ofSeconds(2);

    @Autowired
    private OpenedSessions opened;

    @Autowired
    private Users users;

    @Autowired
    private CustomerSuspensions suspensions;

    @Autowired
    private JailActions actions;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private Members members;

    @Autowired
    private Jails jails;

    @Autowired
    private Fleet.Paths host;

    @Autowired
    private Fleet.Fixtures fixtures;

    private CustomerId customer;
    private HostId hostId;
    private JailId jail;
    private User colleague;

    @BeforeEach
    void somebodyWithAConsole() {
        customer = fixtures.customer();
        hostId = fixtures.connectedHostWithPool();
        jail = jails.define(
                        Fleet.OPERATOR,
                        new NewJail(customer, Optional.of(hostId), Optional.empty(), Fleet.named("shop")))
                .id();
        colleague = users.create(
                Fleet.OPERATOR,
                "c-" + UUID.randomUUID(),
                "correct horse battery",
                new Membership.Of(fixtures.customer()));
        give(Right.CONSOLE, Right.POWER);
    }

    private void give(Right... rights) {
        members.put(
                Fleet.OPERATOR,
                customer,
                colleague.id(),
                new MemberChange(MemberRole.COLLEAGUE, List.of(new JailRights(jail, Set.of(rights)))));
    }

    private ExecId open() {
        return open(colleague(), hostId);
    }

    private ExecId open(Caller caller, HostId at) {
        ExecId session = ExecId.random();
        opened.record(caller, at, jail, session);
        return session;
    }

    private Caller colleague() {
        return users.inSession(colleague.id()).orElseThrow();
    }

    private boolean isRecorded(ExecId session) {
        return jdbc.sql("SELECT EXISTS (SELECT FROM exec_session WHERE id = ?)")
                .param(session.value())
                .query(Boolean.class)
                .single();
    }

    @Test
    void endWhenTheRightIsWithdrawn() {
        ExecId session = open();
        give(Right.POWER);
        await().atMost(BOUND)
                .untilAsserted(() -> assertThat(host.endedSessions()).contains(session));
    }

    @Test
    void endWhenTheUserIsDisabled() {
        ExecId session = open();
        users.disable(Fleet.OPERATOR, colleague.id());
        await().atMost(BOUND)
                .untilAsserted(() -> assertThat(host.endedSessions()).contains(session));
    }

    @Test
    void stayWhenOtherRightsChange() {
        ExecId session = open();
        give(Right.CONSOLE);
        opened.endWithdrawn();
        assertThat(host.endedSessions()).doesNotContain(session);
        give();
        await().atMost(BOUND)
                .untilAsserted(() -> assertThat(host.endedSessions()).contains(session));
    }

    @Test
    void endAlsoWhileAnotherHostAnswersNothing() {
        host.silence(hostId);
        for (int i = 0; i < 120; i++) {
            open();
        }
        ExecId session = open(colleague(), fixtures.connectedHostWithPool());
        give(Right.POWER);
        await().atMost(BOUND)
                .untilAsserted(() -> assertThat(host.endedSessions()).contains(session));
    }

    @Test
    void endAlsoIfTheyBeginLater() {
        ExecId session = open();
        host.startLate(session);
        give(Right.POWER);
        await().atMost(BOUND)
                .untilAsserted(() -> assertThat(host.endedSessions()).contains(session));
        assertThat(isRecorded(session)).isTrue();
        host.begin(session);
        await().until(() -> !isRecorded(session));
        await().until(() -> jdbc.sql(
                        "SELECT count(*) FROM audit_event WHERE action = 'jail.session-withdrawn' AND subject_id = ?")
                .param(jail.toString())
                .query(Integer.class)
                .single()
                .equals(1));
    }

    @Test
    void endForTheOwnersOfAResellerWhenTheJailMovesAway() {
        CustomerId reseller = fixtures.customer();
        suspensions.giveReseller(Fleet.OPERATOR, customer, reseller);
        User owner = users.create(
                Fleet.OPERATOR, "o-" + UUID.randomUUID(), "correct horse battery", new Membership.Of(reseller));
        ExecId session = open(users.inSession(owner.id()).orElseThrow(), hostId);
        opened.endWithdrawn();
        assertThat(host.endedSessions()).doesNotContain(session);
        actions.move(Fleet.OPERATOR, jail, fixtures.customer());
        await().atMost(BOUND)
                .untilAsserted(() -> assertThat(host.endedSessions()).contains(session));
    }

    @Test
    void endWhenWhoActedAsTheUserIsDisabled() {
        User staff = users.create(
                Fleet.OPERATOR, "s-" + UUID.randomUUID(), "correct horse battery", new Membership.Staff(Role.SUPPORT));
        Caller acting = users.inSession(staff.id()).orElseThrow();
        Caller user = colleague();
        ExecId session = open(
                new Caller(
                        user.user(),
                        user.login(),
                        user.role(),
                        user.access(),
                        user.scopes(),
                        user.until(),
                        user.token(),
                        Optional.of(new Caller.ActingStaff(
                                acting.user(), acting.login(), acting.access().version(), customer)),
                        user.passwordVersion()),
                hostId);
        opened.endWithdrawn();
        assertThat(host.endedSessions()).doesNotContain(session);
        users.disable(Fleet.OPERATOR, staff.id());
        await().atMost(BOUND)
                .untilAsserted(() -> assertThat(host.endedSessions()).contains(session));
    }

    @Test
    void areForgottenOnceTheHostDoesNotNameThem() {
        ExecId gone = open();
        ExecId kept = open();
        jdbc.sql("UPDATE exec_session SET opened_at = opened_at - interval '2 minutes' WHERE jail_id = ?")
                .param(jail.value())
                .update();
        ExecId beginning = open();
        opened.keepOnly(jail, List.of(kept));
        assertThat(List.of(gone, kept, beginning)).filteredOn(this::isRecorded).containsExactly(kept, beginning);
    }
}
