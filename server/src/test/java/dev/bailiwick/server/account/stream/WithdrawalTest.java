package dev.bailiwick.server.account.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.BailiwickServer;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.Visitor;
import dev.bailiwick.server.WebTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.MemberRole;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.authentication.Credential;
import dev.bailiwick.server.account.member.JailRights;
import dev.bailiwick.server.account.member.MemberChange;
import dev.bailiwick.server.account.member.Members;
import dev.bailiwick.server.account.token.ApiTokens;
import dev.bailiwick.server.account.token.TokenRequest;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.User;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.bounds.Bound;
import dev.bailiwick.server.jail.JailActions;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.intent.CustomerSuspensions;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.secret.SealingKey;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.session.SessionRepository;
import org.springframework.transaction.support.TransactionTemplate;

/** A stream ends within two seconds, at every replica, when its user may no longer have it open; other streams stay. */
@WebTest
class WithdrawalTest {

    private static final String PASSWORD = "correct horse battery";
    private static final Duration BOUND = Duration.ofSeconds(2);

    private static @Nullable ConfigurableApplicationContext replica;

    @LocalServerPort
    private int port;

    @Autowired
    private Users users;

    @Autowired
    private ApiTokens tokens;

    @Autowired
    private OpenStreams streams;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private TransactionTemplate transaction;

    @Autowired
    private SessionRepository<?> sessions;

    @Autowired
    private SealingKey key;

    @Autowired
    private Members members;

    @Autowired
    private Jails jails;

    @Autowired
    private JailActions actions;

    @Autowired
    private CustomerSuspensions suspensions;

    @Autowired
    private Fleet.Fixtures fixtures;

    private User user;
    private Visitor visitor;

    /** The ways in which a user can lose access. */
    enum Withdrawal {
        DISABLED,
        SIGNED_OUT,
        SESSION_REMOVED,
        SESSION_EXPIRED,
        ROLE_LOWERED,
        PASSWORD_CHANGED
    }

    @BeforeEach
    void somebody(@Autowired JdbcConnectionDetails database) throws Exception {
        user = users.create(Fleet.OPERATOR, "w-" + UUID.randomUUID(), PASSWORD, new Membership.Staff(Role.OWNER));
        // A second operator, as the last one cannot be disabled.
        users.create(Fleet.OPERATOR, "r-" + UUID.randomUUID(), PASSWORD, new Membership.Staff(Role.OWNER));
        visitor = new Visitor(port);
        visitor.signIn(sessions, key, user);
        if (replica == null) {
            replica = new SpringApplicationBuilder(BailiwickServer.class)
                    .run(
                            "--spring.datasource.url=" + database.getJdbcUrl(),
                            "--spring.datasource.username=" + database.getUsername(),
                            "--spring.datasource.password=" + database.getPassword(),
                            "--server.port=0",
                            "--server.ssl.enabled=false",
                            "--management.server.port=-1");
        }
    }

    @AfterAll
    static void stopReplica() {
        if (replica != null) {
            replica.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void endsEveryStreamAtEveryReplica(Withdrawal withdrawal) throws Exception {
        User other = users.create(Fleet.OPERATOR, "o-" + UUID.randomUUID(), PASSWORD, new Membership.Staff(Role.OWNER));
        Visitor bystander = new Visitor(port);
        bystander.signIn(sessions, key, other);
        CompletableFuture<Void> untouched = bystander.stream("/jails/live");
        Visitor there = visitor.at(portOfReplica());
        List<CompletableFuture<Void>> open =
                List.of(visitor.stream("/jails/live"), visitor.stream("/hosts/live"), there.stream("/jails/live"));

        withdraw(withdrawal);

        assertThat(CompletableFuture.allOf(open.toArray(CompletableFuture[]::new)))
                .succeedsWithin(BOUND);
        assertThat(untouched).isNotDone();
        users.disable(Fleet.OPERATOR, other.id());
        assertThat(untouched).succeedsWithin(BOUND);
    }

    /** The ways in which a colleague can lose a jail. */
    enum Loss {
        MEMBERSHIP_ENDED,
        GRANT_WITHDRAWN,
        GRANT_LOWERED,
        JAIL_MOVED
    }

    @ParameterizedTest
    @EnumSource
    void endsTheStreamsOfAColleagueAtEveryReplica(Loss loss) throws Exception {
        CustomerId customer = fixtures.customer();
        JailId jail = jails.define(
                        Fleet.OPERATOR,
                        new NewJail(
                                customer,
                                Optional.of(fixtures.connectedHostWithPool()),
                                Optional.empty(),
                                Fleet.named("shop")))
                .id();
        User colleague = users.create(
                Fleet.OPERATOR, "c-" + UUID.randomUUID(), PASSWORD, new Membership.Of(fixtures.customer()));
        members.put(Fleet.OPERATOR, customer, colleague.id(), with(new JailRights(jail, Set.of(Right.POWER))));
        Visitor here = new Visitor(port);
        here.signIn(sessions, key, colleague);
        Visitor there = here.at(portOfReplica());
        CompletableFuture<Void> untouched = visitor.stream("/jails/live");
        List<CompletableFuture<Void>> open = List.of(
                here.stream("/jails/live"),
                here.stream("/jails/" + jail + "/live"),
                there.stream("/jails/" + jail + "/live"));

        switch (loss) {
            case MEMBERSHIP_ENDED -> members.remove(Fleet.OPERATOR, customer, colleague.id());
            case GRANT_WITHDRAWN -> members.put(Fleet.OPERATOR, customer, colleague.id(), with());
            case GRANT_LOWERED ->
                members.put(Fleet.OPERATOR, customer, colleague.id(), with(new JailRights(jail, Set.of())));
            case JAIL_MOVED -> actions.move(Fleet.OPERATOR, jail, fixtures.customer());
        }

        assertThat(CompletableFuture.allOf(open.toArray(CompletableFuture[]::new)))
                .succeedsWithin(BOUND);
        assertThat(untouched).isNotDone();
        assertThat(here.get("/jails/" + jail).statusCode()).isEqualTo(loss == Loss.GRANT_LOWERED ? 200 : 404);
    }

    @Test
    void endsTheStreamsOfTheOwnersOfAResellerAtEveryReplica() throws Exception {
        CustomerId customer = fixtures.customer();
        CustomerId reseller = fixtures.customer();
        suspensions.giveReseller(Fleet.OPERATOR, customer, reseller);
        User owner = users.create(Fleet.OPERATOR, "a-" + UUID.randomUUID(), PASSWORD, new Membership.Of(reseller));
        Visitor here = new Visitor(port);
        here.signIn(sessions, key, owner);
        Visitor there = here.at(portOfReplica());
        CompletableFuture<Void> untouched = visitor.stream("/jails/live");
        List<CompletableFuture<Void>> open = List.of(here.stream("/jails/live"), there.stream("/jails/live"));
        assertThat(here.get("/customers/" + customer).statusCode()).isEqualTo(200);

        suspensions.giveReseller(Fleet.OPERATOR, customer, fixtures.customer());

        assertThat(CompletableFuture.allOf(open.toArray(CompletableFuture[]::new)))
                .succeedsWithin(BOUND);
        assertThat(untouched).isNotDone();
        assertThat(here.get("/customers/" + customer).statusCode()).isEqualTo(403);
    }

    private static MemberChange with(JailRights... jails) {
        return new MemberChange(MemberRole.COLLEAGUE, List.of(jails));
    }

    @Test
    void endsStreamsAlsoWhenTheNotificationIsLost() throws Exception {
        CompletableFuture<Void> open = visitor.stream("/jails/live");
        transaction.executeWithoutResult(_ -> {
            // No trigger runs, so there is no notification.
            jdbc.sql("SET LOCAL session_replication_role = replica").update();
            jdbc.sql("UPDATE app_user SET disabled_at = now() + interval '1 s' WHERE id = ?")
                    .param(user.id().value())
                    .update();
        });
        assertThat(open).succeedsWithin(BOUND);
    }

    @Test
    void endsWhatATokenOpened() throws Exception {
        Caller caller = users.inSession(user.id()).orElseThrow();
        ApiTokens.IssuedToken issued =
                tokens.issue(caller, new TokenRequest("streams", Set.of(Scope.JAILS_READ), null));
        ApiTokens.IssuedToken other = tokens.issue(caller, new TokenRequest("other", Set.of(Scope.JAILS_READ), null));
        CountDownLatch ended = new CountDownLatch(1);
        CountDownLatch endedOther = new CountDownLatch(1);
        try (var _ = streams.admit(caller, new Credential.OfToken(issued.token().id()), ended::countDown);
                var _ = streams.admit(
                        caller, new Credential.OfToken(other.token().id()), endedOther::countDown)) {
            tokens.revoke(caller, issued.token().id());
            assertThat(ended.await(BOUND.toMillis(), TimeUnit.MILLISECONDS)).isTrue();
            assertThat(endedOther.getCount()).isOne();
        }
    }

    @Test
    void endsWhatATokenOpenedThatExpires() throws Exception {
        Caller caller = users.inSession(user.id()).orElseThrow();
        ApiTokens.IssuedToken issued = tokens.issue(
                caller,
                new TokenRequest(
                        "short", Set.of(Scope.JAILS_READ), Instant.now().plusSeconds(5)));
        CountDownLatch ended = new CountDownLatch(1);
        try (var _ = streams.admit(caller, new Credential.OfToken(issued.token().id()), ended::countDown)) {
            assertThat(ended.await(5 + BOUND.toSeconds(), TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void endsTheSessionThatBeganByATokensLink() throws Exception {
        Caller caller = users.inSession(user.id()).orElseThrow();
        ApiTokens.IssuedToken issued = tokens.issue(caller, new TokenRequest("link", caller.scopes(), null));
        Visitor holder = byLinkOf(issued);
        String unused = linkOf(issued);
        CompletableFuture<Void> open = holder.stream("/jails/live");
        assertThat(holder.get("/jails").statusCode()).isEqualTo(200);

        tokens.revoke(caller, issued.token().id());

        assertThat(open).succeedsWithin(BOUND);
        assertThat(holder.get("/jails").statusCode()).isEqualTo(302);
        assertThat(new Visitor(port).get(unused).headers().firstValue("Location"))
                .hasValueSatisfying(to -> assertThat(to).contains("/sign-in?"));
        assertThat(visitor.get("/jails").statusCode()).as("by password").isEqualTo(200);
    }

    @Test
    void endsTheSessionOfATokenThatExpires() throws Exception {
        Caller caller = users.inSession(user.id()).orElseThrow();
        Visitor holder = byLinkOf(tokens.issue(
                caller, new TokenRequest("link", caller.scopes(), Instant.now().plusSeconds(10))));
        assertThat(holder.get("/jails").statusCode()).isEqualTo(200);
        assertThat(holder.stream("/jails/live")).succeedsWithin(BOUND.plusSeconds(10));
        await().untilAsserted(
                        () -> assertThat(holder.get("/jails").statusCode()).isEqualTo(302));
    }

    private Visitor byLinkOf(ApiTokens.IssuedToken token) throws Exception {
        String link = linkOf(token);
        Visitor holder = new Visitor(port);
        assertThat(holder.send(link, link, Map.of()).statusCode()).isEqualTo(302);
        return holder;
    }

    private String linkOf(ApiTokens.IssuedToken token) throws Exception {
        HttpResponse<String> answer = new Visitor(port)
                .send(new Visitor(port)
                        .request("/api/v1/tokens/sign-in-link")
                        .header("Authorization", "Bearer " + token.secret())
                        .POST(HttpRequest.BodyPublishers.noBody()));
        assertThat(answer.statusCode()).isEqualTo(201);
        return answer.body().replaceFirst("(?s).*\"link\":\"([^\"]+)\".*", "$1");
    }

    @Test
    void boundsTheStreamsOfAUserOverAllTheirSessions() throws Exception {
        Visitor second = new Visitor(port);
        second.signIn(sessions, key, user);
        List<CompletableFuture<Void>> open = new ArrayList<>();
        for (int i = 0; i < Bound.STREAMS_OF_A_USER.value(); i++) {
            open.add((i % 2 == 0 ? visitor : second).stream("/jails/live"));
        }
        for (Visitor each : List.of(visitor, second)) {
            assertThatThrownBy(() -> each.stream("/jails/live")).hasMessageContaining("503");
        }
        users.disable(Fleet.OPERATOR, user.id());
        assertThat(CompletableFuture.allOf(open.toArray(CompletableFuture[]::new)))
                .succeedsWithin(BOUND);
    }

    @Test
    void givesAPlaceBackOnce() {
        Caller caller = users.inSession(user.id()).orElseThrow();
        for (int i = 0; i < 3 * Bound.STREAMS_OF_A_USER.value(); i++) {
            OpenStreams.Place place = streams.admit(caller, new Credential.OfSession("x", Optional.empty()), () -> {});
            place.close();
            place.close();
        }
        await().until(() -> !visitor.stream("/jails/live").isDone());
    }

    @Test
    void opensNoneOnceAllHaveBeenEnded() {
        Caller caller = users.inSession(user.id()).orElseThrow();
        Credential credential = new Credential.OfSession("x", Optional.empty());
        streams.stop();
        try {
            assertThatThrownBy(() -> streams.admit(caller, credential, () -> {}))
                    .isInstanceOf(ServerStopping.class);
        } finally {
            streams.start();
        }
        streams.admit(caller, credential, () -> {}).close();
    }

    private static int portOfReplica() {
        return Objects.requireNonNull(replica).getEnvironment().getRequiredProperty("local.server.port", Integer.class);
    }

    private void withdraw(Withdrawal withdrawal) throws Exception {
        UUID id = user.id().value();
        switch (withdrawal) {
            case DISABLED -> users.disable(Fleet.OPERATOR, user.id());
            case SIGNED_OUT -> visitor.send("/jails", "/sign-out", Map.of());
            case SESSION_REMOVED ->
                jdbc.sql("DELETE FROM web_session WHERE user_id = ?").param(id).update();
            case SESSION_EXPIRED ->
                jdbc.sql("UPDATE web_session SET expiry_time = 1 WHERE user_id = ?")
                        .param(id)
                        .update();
            case ROLE_LOWERED ->
                jdbc.sql("UPDATE app_user SET role = 'support' WHERE id = ?")
                        .param(id)
                        .update();
            case PASSWORD_CHANGED ->
                jdbc.sql("UPDATE app_user SET password_hash = 'another' WHERE id = ?")
                        .param(id)
                        .update();
        }
    }
}
