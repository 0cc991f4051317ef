package dev.bailiwick.server.jail.socket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.stream.ExecId;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.bounds.Bound;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.placement.NewJail;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Tickets are valid once, for one user and session, at whichever replica they are shown. */
@ServerTest
class SocketTicketsTest {

    private static final SocketTickets.Purpose SESSION = new SocketTickets.Session(ExecId.random());

    /** Later than what the server deletes meanwhile. */
    private final Instant now = Instant.now().plus(Duration.ofDays(1)).truncatedTo(ChronoUnit.MILLIS);

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private Users users;

    @Autowired
    private Jails jails;

    @Autowired
    private Fleet.Fixtures fixtures;

    private CustomerId customer;
    private Caller caller;
    private JailId jail;
    private SocketTickets here;
    private SocketTickets elsewhere;

    @BeforeEach
    void twoReplicas() {
        customer = fixtures.customer();
        caller = user();
        jail = jails.define(
                        Fleet.OPERATOR,
                        new NewJail(
                                customer,
                                Optional.of(fixtures.connectedHostWithPool()),
                                Optional.empty(),
                                Fleet.named("shop")))
                .id();
        here = replicaAt(now);
        elsewhere = replicaAt(now);
    }

    private Caller user() {
        return users.inSession(users.create(
                                Fleet.OPERATOR,
                                "t-" + UUID.randomUUID(),
                                "correct horse battery",
                                new Membership.Of(customer))
                        .id())
                .orElseThrow();
    }

    private SocketTickets replicaAt(Instant time) {
        return new SocketTickets(jdbc, Clock.fixed(time, ZoneOffset.UTC));
    }

    private String issue() {
        return here.issue(caller, jail, SESSION);
    }

    @Test
    void areValidOnceAtAnotherReplica() {
        String ticket = issue();
        assertThat(elsewhere.use(ticket, caller, jail, SESSION)).isTrue();
        assertThat(elsewhere.use(ticket, caller, jail, SESSION)).isFalse();
        assertThat(here.use(ticket, caller, jail, SESSION)).isFalse();
    }

    @Test
    void areOfOneUserAndSession() {
        String ticket = issue();
        assertThat(here.use(ticket, user(), jail, SESSION)).isFalse();
        assertThat(here.use(ticket, caller, new JailId(UUID.randomUUID()), SESSION))
                .isFalse();
        assertThat(here.use(ticket, caller, jail, new SocketTickets.Session(ExecId.random())))
                .isFalse();
        String other = (ticket.startsWith("x") ? "y" : "x") + ticket.substring(1);
        assertThat(here.use(other, caller, jail, SESSION)).isFalse();
        assertThat(here.use(ticket, caller, jail, SESSION)).isTrue();
    }

    @Test
    void areOfOnePort() {
        SocketTickets.Purpose http = new SocketTickets.Port(80);
        String ticket = here.issue(caller, jail, http);
        assertThat(here.use(ticket, caller, jail, new SocketTickets.Port(81))).isFalse();
        assertThat(here.use(ticket, caller, jail, SESSION)).isFalse();
        assertThat(here.use(issue(), caller, jail, http)).isFalse();
        assertThat(elsewhere.use(ticket, caller, jail, http)).isTrue();
        assertThat(here.use(ticket, caller, jail, http)).isFalse();
    }

    @Test
    void areValidForAMinute() {
        String ticket = issue();
        String other = issue();
        Instant end = now.plus(SocketTickets.VALID);
        assertThat(replicaAt(end).use(ticket, caller, jail, SESSION)).isFalse();
        replicaAt(end.minusMillis(1)).deleteExpired();
        assertThat(replicaAt(end.minusMillis(1)).use(ticket, caller, jail, SESSION))
                .isTrue();
        replicaAt(end).deleteExpired();
        assertThat(here.use(other, caller, jail, SESSION)).isFalse();
    }

    @Test
    void areGivenToOneReplicaWhenTwoAreShownThemAtOnce() throws Exception {
        CyclicBarrier together = new CyclicBarrier(2);
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            for (int i = 0; i < 50; i++) {
                String ticket = issue();
                List<Future<Boolean>> uses = List.of(here, elsewhere).stream()
                        .map(replica -> threads.submit((Callable<Boolean>) () -> {
                            together.await();
                            return caller.rows().call(() -> replica.use(ticket, caller, jail, SESSION));
                        }))
                        .toList();
                assertThat(List.of(uses.getFirst().get(), uses.getLast().get())).containsExactlyInAnyOrder(true, false);
            }
        }
    }

    @Test
    void areTheLastOfAUser() {
        String first = issue();
        SocketTickets later = replicaAt(now.plus(Duration.ofSeconds(1)));
        for (int i = 1; i < Bound.ATTACH_TICKETS_OF_A_USER.value(); i++) {
            later.issue(caller, jail, SESSION);
        }
        String second = issue();
        assertThat(here.use(first, caller, jail, SESSION)).isFalse();
        assertThat(here.use(second, caller, jail, SESSION)).isTrue();
    }
}
