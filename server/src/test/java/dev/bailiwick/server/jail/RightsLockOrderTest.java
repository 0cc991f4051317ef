package dev.bailiwick.server.jail;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.DesiredJail.FilesFate;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.LockWaits;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.MemberRole;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.member.JailRights;
import dev.bailiwick.server.account.member.MemberChange;
import dev.bailiwick.server.account.member.Members;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.jail.view.JailView;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** Whoever changes the rights of people and whoever removes their jails wait for each other, and never block each other. */
@ServerTest
class RightsLockOrderTest {

    @Autowired
    private Jails jails;

    @Autowired
    private JailActions actions;

    @Autowired
    private Users users;

    @Autowired
    private Members members;

    @Autowired
    private Fleet.Fixtures fixtures;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private TransactionTemplate transactions;

    @Test
    void aRemovalLocksTheJailBeforeItsColleagues() throws Exception {
        CustomerId customer = fixtures.customer();
        HostId host = fixtures.host();
        String addresses = fixtures.pool(host);
        JailId jail = jails.define(
                        OPERATOR,
                        new NewJail(
                                customer,
                                Optional.of(host),
                                Optional.empty(),
                                Fleet.at(Fleet.named("shop"), "/srv/shop", addresses + "7")))
                .id();
        UserId colleague = users.create(
                        OPERATOR, "c-" + UUID.randomUUID(), "long enough for all", new Membership.Of(customer))
                .id();
        members.put(
                OPERATOR,
                customer,
                users.create(OPERATOR, "o-" + UUID.randomUUID(), "long enough for all", new Membership.Of(customer))
                        .id(),
                new MemberChange(MemberRole.OWNER, List.of()));
        members.put(
                OPERATOR,
                customer,
                colleague,
                new MemberChange(MemberRole.COLLEAGUE, List.of(new JailRights(jail, Set.of(Right.POWER)))));

        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Optional<JailView>> removal = transactions.execute(status -> {
                // As a change of the colleague's rights does, step by step.
                lock("SELECT id FROM jail WHERE id = ? FOR KEY SHARE", jail.value());
                Future<Optional<JailView>> late =
                        LockWaits.behind(jdbc, threads.submit(() -> actions.retire(OPERATOR, jail, FilesFate.DELETED)));
                lock("SELECT id FROM app_user WHERE id = ? FOR NO KEY UPDATE", colleague.value());
                return late;
            });
            assertThat(removal.get(60, TimeUnit.SECONDS)).isEmpty();
        }
        assertThat(members.get(OPERATOR, customer, colleague).jails()).isEmpty();
    }

    private void lock(String statement, UUID id) {
        assertThat(jdbc.sql(statement).param(id).query(UUID.class).list()).hasSize(1);
    }
}
