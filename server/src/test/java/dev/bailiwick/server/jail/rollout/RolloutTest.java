package dev.bailiwick.server.jail.rollout;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.report;
import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.authentication;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.csrf;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.Labels;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.jail.draft.DefinitionDraft;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.TokenId;
import dev.bailiwick.server.account.authentication.Credential;
import dev.bailiwick.server.account.stream.OpenStreams;
import dev.bailiwick.server.account.token.ApiTokens;
import dev.bailiwick.server.account.token.TokenRequest;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.User;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.database.RowAccess;
import dev.bailiwick.server.jail.DesiredStates;
import dev.bailiwick.server.jail.JailActions;
import dev.bailiwick.server.jail.JailReports;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.notification.Notifications;
import dev.bailiwick.server.notification.Notifications.Subscription;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@ServerTest
class RolloutTest {

    private static final String STRICT = ", \"policy\": {\"profile\": \"strict2002\"}";

    @Autowired
    private MockMvc mvc;

    @Autowired
    private JsonMapper json;

    @Autowired
    private Jails jails;

    @Autowired
    private JailActions actions;

    @Autowired
    private JailReports reports;

    @Autowired
    private DesiredStates desired;

    @Autowired
    private Notifications notifications;

    @Autowired
    private Fleet.Fixtures fixtures;

    @Autowired
    private Users users;

    @Autowired
    private ApiTokens tokens;

    @Autowired
    private OpenStreams streams;

    private Caller roller = OPERATOR;
    private TokenId token = new TokenId(UUID.randomUUID());

    /** Opens once the server has asked everything that uses this token to end, also a place from before the rollout. */
    private final CountDownLatch ended = new CountDownLatch(1);

    private HostId host = new HostId(UUID.randomUUID());
    private CustomerId customer = new CustomerId(UUID.randomUUID());

    @BeforeEach
    void makeAHost() {
        host = fixtures.connectedHostWithPool();
        customer = fixtures.customer();
        User user = users.create(
                OPERATOR, "r-" + UUID.randomUUID(), "correct horse battery", new Membership.Staff(Role.OWNER));
        roller = Caller.staff(user.id(), user.login(), Role.OWNER);
        token = tokens.issue(roller, new TokenRequest("roll", roller.scopes(), null))
                .token()
                .id();
    }

    @Test
    void leavesTheRestOnceTheAccessOfWhoAskedIsWithdrawn() {
        List<JailId> all = make("one", "two", "three");

        try (Subscription _ = notifications.onHostChanged(
                host,
                () -> Thread.ofVirtual()
                        .start(() -> RowAccess.everything().run(() -> {
                            if (jails.find(OPERATOR, all.getFirst()).generation() == 1) {
                                // This notification is about the creation of the jails.
                                return;
                            }
                            tokens.revoke(roller, token);
                            // The current jail runs again only after the server has asked the rollout to end.
                            Awaitility.await().until(() -> ended.getCount() == 0);
                            applyAll(_ -> true);
                        })))) {
            try (OpenStreams.Place _ = streams.admit(roller, new Credential.OfToken(token), ended::countDown)) {
                assertThat(results(roll(all, STRICT))).containsExactly("restarted", "left", "left");
            }
        }
        assertThat(jails.find(OPERATOR, all.getLast()).generation()).isOne();
    }

    @Test
    void givesAPolicyToOneAfterAnother() {
        List<JailId> all = make("one", "two", "three");
        actions.stop(OPERATOR, all.getLast());

        try (Subscription _ = notifications.onHostChanged(host, () -> applyAll(_ -> true))) {
            assertThat(results(roll(all, STRICT))).containsExactly("restarted", "restarted", "stored");
            assertThat(results(roll(all, STRICT))).containsExactly("changed", "changed", "stored");
        }
        assertThat(all)
                .allSatisfy(id -> assertThat(
                                jails.find(OPERATOR, id).definition().policy().profile())
                        .isEqualTo(Profile.STRICT2002));
    }

    @Test
    void goesNoFurtherThanTheFirstThatDoesNotComeBack() {
        List<JailId> all = make("one", "two", "three");

        try (Subscription _ = notifications.onHostChanged(host, () -> applyAll(id -> !id.equals(all.get(1))))) {
            List<JsonNode> told = lines(roll(all, STRICT + ", \"within\": \"5s\""));
            assertThat(told)
                    .extracting(line -> line.get("result").asString())
                    .containsExactly("restarted", "failed", "left");
            assertThat(told.get(1).get("detail").asString()).startsWith("It did not come back within");
        }
        assertThat(jails.find(OPERATOR, all.getLast()).generation()).isOne();
    }

    @Test
    void restartsWhereNoPolicyIsGiven() {
        List<JailId> all = make("one", "two");

        try (Subscription _ = notifications.onHostChanged(host, () -> applyAll(_ -> true))) {
            assertThat(results(roll(all, ""))).containsExactly("restarted", "restarted");
        }
        assertThat(jails.find(OPERATOR, all.getFirst()).generation())
                .as("one change stops and starts the jail")
                .isEqualTo(2);
    }

    @Test
    void skipsWhatWasBrokenBeforeAndGoesOn() {
        List<JailId> all = make("one", "two", "three");
        reports.apply(host, List.of(Fleet.report(all.get(1), 1, Phase.REFUSED, Instant.now())));

        try (Subscription _ = notifications.onHostChanged(host, () -> applyAll(id -> !id.equals(all.get(1))))) {
            assertThat(results(roll(all, ""))).containsExactly("restarted", "skipped", "restarted");
            assertThat(jails.find(OPERATOR, all.get(1)).generation()).isOne();
            reports.apply(host, List.of(Fleet.report(all.get(1), 1, Phase.BACKING_OFF, Instant.now())));
            assertThat(results(roll(all, STRICT + ", \"within\": \"5s\"")))
                    .as("a new policy may repair it")
                    .containsExactly("restarted", "skipped", "restarted");
            assertThat(jails.find(OPERATOR, all.get(1)).generation()).isEqualTo(2);
        }
    }

    @Test
    void beginsNothingThatCanNotBeDone() {
        List<JailId> all = make("one");
        Map<String, Long> before = fixtures.everything();

        refused("/jails", roll(List.of(), STRICT));
        refused("/jails/1", roll(List.of(all.getFirst(), new JailId(UUID.randomUUID())), STRICT));
        refused("/jails/1", roll(List.of(all.getFirst(), all.getFirst()), STRICT));
        refused("/policy/profile", roll(all, ", \"policy\": {\"profile\": \"lax\"}"));
        refused("/within", roll(all, ", \"within\": \"1h\""));
        assertThat(roll(Fleet.somebodyOf(customer), all, "")).hasStatus(403);

        assertThat(fixtures.everything()).isEqualTo(before);
    }

    @Test
    void saysOnAPageWhatItComesToAndGoesThroughThemWithoutScripts() {
        String common = "r" + UUID.randomUUID().toString().substring(0, 8);
        List<JailId> all = make(common + "-1", common + "-2", common + "-3");
        String plan = "/jails/rollout?policy=strict2002&q=" + common;
        actions.stop(OPERATOR, all.getLast());

        assertThat(page(OPERATOR, HttpMethod.GET, plan))
                .hasStatusOk()
                .bodyText()
                .contains("2 of these 3 jails would restart", "stays stopped");
        try (Subscription _ = notifications.onHostChanged(host, () -> applyAll(_ -> true))) {
            assertThat(page(roller, HttpMethod.POST, plan + chosen(all)))
                    .hasStatusOk()
                    .bodyText()
                    .contains("restarted and running again", "saved (jail is stopped)");
        }
        assertThat(page(OPERATOR, HttpMethod.GET, plan)).bodyText().contains("None of these jails would restart");
    }

    @Test
    void offersTheJailsThatTheListShowed() {
        List<JailId> all = make("offered", "kept-out");
        JailView offered = jails.find(OPERATOR, all.getFirst());
        jails.redefine(
                OPERATOR,
                offered.id(),
                1,
                DefinitionDraft.of(offered.definition().with(new Labels(Map.of("team", "web")))));
        assertThat(page(OPERATOR, HttpMethod.GET, "/jails?phase=pending&label=team&host=" + host))
                .bodyText()
                .contains("/jails/rollout?q=&amp;phase=pending&amp;host=" + host + "&amp;customer=&amp;label=team");
        for (String filter : List.of("&label=team", "&label=team=web&phase=pending")) {
            assertThat(page(OPERATOR, HttpMethod.GET, "/jails/rollout?host=" + host + filter))
                    .bodyText()
                    .as(filter)
                    .contains("Choose offered", "This jail would restart.")
                    .doesNotContain("Choose kept-out");
        }
        for (String filter : List.of("&label=team=shop", "&label=-team", "&label=team&phase=running")) {
            assertThat(page(OPERATOR, HttpMethod.GET, "/jails/rollout?host=" + host + filter))
                    .bodyText()
                    .as(filter)
                    .contains("No jail fits this search.");
        }
    }

    @Test
    void rollsOutOnlyThePolicyThatWasLookedAt() {
        List<JailId> all = make("one", "two");
        String as = "?policy=as&as=" + all.getFirst() + chosen(all.subList(1, 2));

        assertThat(page(OPERATOR, HttpMethod.POST, "/jails/rollout" + as + "&version=7"))
                .hasStatus(422)
                .bodyText()
                .contains("has changed in the meantime");
        assertThat(page(OPERATOR, HttpMethod.POST, "/jails/rollout?policy=restart"))
                .hasStatus(422);
        assertThat(page(Fleet.somebodyOf(customer), HttpMethod.GET, "/jails/rollout"))
                .hasStatus(403);
        assertThat(jails.find(OPERATOR, all.getLast()).generation()).isOne();
    }

    private static String chosen(List<JailId> all) {
        return all.stream().map(id -> "&jails=" + id).collect(Collectors.joining());
    }

    private MvcTestResult page(Caller caller, HttpMethod method, String path) {
        return MockMvcTester.create(mvc)
                .method(method)
                .uri(path)
                .accept(MediaType.TEXT_HTML)
                .requestAttr(Credential.class.getName(), new Credential.OfToken(token))
                .with(csrf())
                .with(authentication(new TestingAuthenticationToken(caller, "", Fleet.authority(caller))))
                .exchange();
    }

    private List<JailId> make(String... names) {
        return Stream.of(names)
                .map(name -> jails.define(
                                OPERATOR, new NewJail(customer, Optional.of(host), Optional.empty(), Fleet.named(name)))
                        .id())
                .toList();
    }

    private void applyAll(Predicate<JailId> working) {
        Thread.ofVirtual()
                .start(() -> desired.since(host, 0).jails().forEach(wanted -> {
                    if (wanted
                                    instanceof
                                    DesiredJail.Present(
                                            JailId id,
                                            long generation,
                                            JailDefinition definition,
                                            String _,
                                            var _,
                                            var _)
                            && working.test(id)) {
                        Phase phase = switch (definition.wanted()) {
                            case RUNNING -> Phase.RUNNING;
                            case STOPPED -> Phase.STOPPED;
                        };
                        reports.apply(host, List.of(report(id, generation, phase, Instant.now())));
                    }
                }));
    }

    private void refused(String pointer, MvcTestResult result) {
        assertThat(result).hasStatus(422).hasContentType(MediaType.APPLICATION_PROBLEM_JSON);
        assertThat(json.readTree(result.getResponse().getContentAsByteArray())
                        .at("/errors/0/pointer")
                        .asString())
                .isEqualTo(pointer);
    }

    private List<String> results(MvcTestResult rolled) {
        return lines(rolled).stream().map(line -> line.get("result").asString()).toList();
    }

    private List<JsonNode> lines(MvcTestResult rolled) {
        assertThat(rolled).hasStatus(200).hasContentType(MediaType.APPLICATION_NDJSON);
        return new String(rolled.getResponse().getContentAsByteArray(), StandardCharsets.UTF_8)
                .lines()
                .map(json::readTree)
                .toList();
    }

    private MvcTestResult roll(List<JailId> all, String more) {
        return roll(roller, all, more);
    }

    private MvcTestResult roll(Caller caller, List<JailId> all, String more) {
        String ids = all.stream().map(id -> "\"" + id + "\"").collect(Collectors.joining(", "));
        return MockMvcTester.create(mvc)
                .method(HttpMethod.POST)
                .uri("/api/v1/jails:rollout")
                .contentType(MediaType.APPLICATION_JSON)
                .requestAttr(Credential.class.getName(), new Credential.OfToken(token))
                .with(authentication(new TestingAuthenticationToken(caller, "", Fleet.authority(caller))))
                .content("{\"jails\": [" + ids + "]" + more + "}")
                .exchange();
    }
}
