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
import dev.bailiwick.server.account.member.JailRights;
import dev.bailiwick.server.account.member.MemberChange;
import dev.bailiwick.server.account.member.Members;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.User;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.placement.NewJail;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** Sessions end when their users may no longer work in the jail, whether or not somebody is attached to them. */
@ServerTest
class WithdrawnSessionsTest {

    private static final Duration BOUND = Duration.ofSeconds(2);

    @Autowired
    private OpenedSessions opened;

    @Autowired
    private Users users;

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
        Caller caller = users.inSession(colleague.id()).orElseThrow();
        ExecId session = ExecId.random();
        opened.record(caller, hostId, jail, session);
        return session;
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
}
