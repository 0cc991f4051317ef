package dev.bailiwick.server.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.springframework.security.test.web.servlet.setup.SecurityMockMvcConfigurers.springSecurity;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;

import dev.bailiwick.server.FirstOperator;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.user.Users;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.setup.DefaultMockMvcBuilder;
import org.springframework.test.web.servlet.setup.MockMvcBuilders;
import org.springframework.transaction.support.TransactionTemplate;

class IdempotencyTest extends FirstOperator {

    @Autowired
    private IdempotencyFilter filter;

    @Autowired
    private IdempotencyKeys keys;

    @Autowired
    private TransactionTemplate transaction;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private Users users;

    private MockMvc client;

    @BeforeEach
    void connect() {
        DefaultMockMvcBuilder builder = MockMvcBuilders.webAppContextSetup(context);
        client = builder.apply(springSecurity()).addFilters(filter).build();
    }

    @Test
    void answersARepetitionAlike() throws Exception {
        String key = UUID.randomUUID().toString();
        MockHttpServletResponse first = create(key, "{\"name\":\"once\"}");
        MockHttpServletResponse second = create(key, "{\"name\":\"once\"}");

        assertThat(first.getStatus()).isEqualTo(201);
        assertThat(second.getStatus()).isEqualTo(201);
        assertThat(second.getContentAsString()).isEqualTo(first.getContentAsString());
        assertThat(second.getContentType()).isEqualTo(first.getContentType());
        assertThat(second.getHeader(HttpHeaders.LOCATION)).isEqualTo(first.getHeader(HttpHeaders.LOCATION));
        assertThat(second.getHeader("Idempotency-Replayed")).isEqualTo("true");
        assertThat(customersNamed("once")).isEqualTo(1);
    }

    @Test
    void refusesAKeyThatCameWithAnotherBody() throws Exception {
        String key = UUID.randomUUID().toString();
        create(key, "{\"name\":\"this\"}");

        MockHttpServletResponse other = create(key, "{\"name\":\"that\"}");

        assertThat(other.getStatus()).isEqualTo(422);
        assertThat(other.getContentAsString()).contains("/problems/idempotency-key-used");
        assertThat(customersNamed("that")).isZero();
    }

    @Test
    void carriesOutOneOfManyThatComeAtOnce() throws Exception {
        String key = UUID.randomUUID().toString();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var all = threads.invokeAll(IntStream.range(0, 8)
                    .mapToObj(i -> (Callable<MockHttpServletResponse>) () -> create(key, "{\"name\":\"together\"}"))
                    .toList());
            for (var one : all) {
                assertThat(one.get().getStatus()).isEqualTo(201);
            }
        }
        assertThat(customersNamed("together")).isEqualTo(1);
    }

    @Test
    void repeatsARefusalToo() throws Exception {
        String key = UUID.randomUUID().toString();
        MockHttpServletResponse first = create(key, "{\"name\":\"\"}");
        MockHttpServletResponse second = create(key, "{\"name\":\"\"}");

        assertThat(first.getStatus()).isEqualTo(422);
        assertThat(second.getContentAsString()).isEqualTo(first.getContentAsString());
    }

    @Test
    void keepsNoSecret() throws Exception {
        String key = UUID.randomUUID().toString();
        String body = "{\"name\":\"secret\",\"scopes\":[\"jails:read\"]}";
        MockHttpServletResponse first = send("/api/v1/tokens", key, body);
        assertThat(first.getStatus()).isEqualTo(201);

        MockHttpServletResponse second = send("/api/v1/tokens", key, body);

        assertThat(second.getStatus()).isEqualTo(409);
        assertThat(second.getContentAsString()).contains("/problems/answer-not-kept");
        assertThat(jdbc.sql("SELECT length(body) FROM idempotency_key WHERE key = ?")
                        .param(key)
                        .query(Integer.class)
                        .single())
                .isZero();
    }

    @Test
    void letsNothingOfARequestTakeEffectThatWasTakenOver() {
        Caller user = admin();
        String key = UUID.randomUUID().toString();
        KeyClaim slow = ((KeyState.Claimed) keys.claim(user, key, new byte[32])).claim();
        jdbc.sql("UPDATE idempotency_key SET claimed_at = claimed_at - interval '10 s' WHERE key = ?")
                .param(key)
                .update();
        assertThat(keys.claim(user, key, new byte[32])).isInstanceOf(KeyState.Claimed.class);

        assertThatThrownBy(() -> ScopedValue.where(KeyClaim.CURRENT, slow).run(() -> insertCustomer("too late")))
                .isInstanceOf(RequestTakenOver.class);
        assertThat(customersNamed("too late")).isZero();
    }

    @Test
    void doesNotRepeatWhatTookEffectButWasNeverAnswered() {
        Caller user = admin();
        String key = UUID.randomUUID().toString();
        KeyClaim claim = ((KeyState.Claimed) keys.claim(user, key, new byte[32])).claim();
        ScopedValue.where(KeyClaim.CURRENT, claim).run(() -> insertCustomer("effected"));
        assertThat(keys.claim(user, key, new byte[32])).isInstanceOf(KeyState.InProgress.class);

        jdbc.sql("UPDATE idempotency_key SET claimed_at = claimed_at - interval '2 min' WHERE key = ?")
                .param(key)
                .update();
        assertThat(keys.claim(user, key, new byte[32])).isInstanceOf(KeyState.AnswerLost.class);
    }

    @Test
    void repeatsAnAnswerOnlyForWhoeverMayStillSeeIt() {
        Caller admin = admin();
        Set<Scope> few = Set.of(Scope.JAILS_READ, Scope.JAILS_POWER);
        String key = UUID.randomUUID().toString();
        Answer answer = new Answer(201, Map.of(), new byte[] {1});
        KeyClaim claim = ((KeyState.Claimed) keys.claim(admin.with(few), key, new byte[32])).claim();
        keys.keep(claim, answer);

        assertThat(keys.claim(admin.with(few), key, new byte[32])).isInstanceOf(KeyState.Answered.class);
        assertThat(keys.claim(admin, key, new byte[32])).isInstanceOf(KeyState.Answered.class);
        // Another token of the same user, which may do less.
        assertThat(keys.claim(admin.with(Set.of(Scope.JAILS_READ)), key, new byte[32]))
                .isInstanceOf(KeyState.AnswerWithheld.class);
        // The rights of the user have changed since.
        Caller changed = admin.reaching(admin.access().at(admin.access().version() + 1));
        assertThat(keys.claim(changed, key, new byte[32])).isInstanceOf(KeyState.AnswerWithheld.class);
    }

    @Test
    void saysThatAnAnswerIsWithheld() throws Exception {
        String key = UUID.randomUUID().toString();
        assertThat(create(key, "{\"name\":\"withheld\"}").getStatus()).isEqualTo(201);
        jdbc.sql("UPDATE app_user SET access_version = access_version + 1 WHERE login = 'admin'")
                .update();

        MockHttpServletResponse again = create(key, "{\"name\":\"withheld\"}");

        assertThat(again.getStatus()).isEqualTo(409);
        assertThat(again.getContentAsString())
                .contains("/problems/answer-not-kept")
                .doesNotContain("withheld");
        assertThat(customersNamed("withheld")).isEqualTo(1);
    }

    private Caller admin() {
        return users.inSession(new UserId(jdbc.sql("SELECT id FROM app_user WHERE login = 'admin'")
                        .query(UUID.class)
                        .single()))
                .orElseThrow();
    }

    private void insertCustomer(String name) {
        transaction.executeWithoutResult(
                status -> jdbc.sql("INSERT INTO customer (id, name, created_at) VALUES (uuidv7(), ?, now())")
                        .param(name)
                        .update());
    }

    private int customersNamed(String name) {
        return jdbc.sql("SELECT count(*) FROM customer WHERE name = ?")
                .param(name)
                .query(Integer.class)
                .single();
    }

    private MockHttpServletResponse create(String key, String body) throws Exception {
        return send("/api/v1/customers", key, body);
    }

    private MockHttpServletResponse send(String path, String key, String body) throws Exception {
        return client.perform(asAdmin(post(path))
                        .header("Idempotency-Key", key)
                        .contentType(MediaType.APPLICATION_JSON)
                        .content(body))
                .andReturn()
                .getResponse();
    }
}
