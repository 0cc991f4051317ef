package dev.bailiwick.server.account.factor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.delete;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.put;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.header;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import dev.bailiwick.server.FirstOperator;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.signin.password.PasswordAttempts;
import dev.bailiwick.server.account.token.ApiTokens;
import dev.bailiwick.server.account.token.TokenRequest;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.User;
import dev.bailiwick.server.account.user.Users;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.ResultActions;
import org.springframework.test.web.servlet.request.MockHttpServletRequestBuilder;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.JsonNode;

/** The second factor in the API: setup, recovery codes, removal, and the reset by an owner of the installation. */
class SecondFactorApiTest extends FirstOperator {

    private static final String PATH = "/api/v1/second-factor";
    private static final String PASSWORD = "correct horse battery";

    @Autowired
    private Users users;

    @Autowired
    private SecondFactors factors;

    @Autowired
    private ApiTokens tokens;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private TransactionTemplate transactions;

    private User user;
    private String token;

    @BeforeEach
    void somebody() {
        user = users.create(Fleet.OPERATOR, "f-" + UUID.randomUUID(), PASSWORD, new Membership.Staff(Role.SUPPORT));
        Caller caller = users.inSession(user.id()).orElseThrow();
        token = tokens.issue(caller, new TokenRequest("t", Set.of(Scope.TOKENS_READ, Scope.TOKENS_WRITE), null))
                .secret();
    }

    @Test
    void isSetUpByPasswordAndCode() throws Exception {
        send(get(PATH), "").andExpect(jsonPath("$.since").doesNotExist());
        send(post(PATH), "{\"password\":\"wrong\"}")
                .andExpect(status().isUnprocessableContent())
                .andExpect(jsonPath("$.errors[0].pointer").value("/password"));
        JsonNode setup = read(send(post(PATH), proof(""))
                .andExpect(status().isCreated())
                .andExpect(header().string("Cache-Control", "no-store")));
        assertThat(setup.get("uri").asString())
                .isEqualTo("otpauth://totp/Bailiwick:" + user.login() + "?secret="
                        + setup.get("key").asString() + "&issuer=Bailiwick&algorithm=SHA1&digits=6&period=30");
        send(get(PATH), "").andExpect(jsonPath("$.since").doesNotExist());
        send(post(PATH + "/confirm"), "{\"code\":\"12345\"}")
                .andExpect(status().isUnprocessableContent())
                .andExpect(jsonPath("$.errors[0].pointer").value("/code"));

        Authenticator phone = Authenticator.with(setup.get("key").asString());
        JsonNode codes = read(send(post(PATH + "/confirm"), "{\"code\":\"" + phone.code(0) + "\"}")
                .andExpect(status().isOk())
                .andExpect(header().string("Cache-Control", "no-store")));

        assertThat(codes.get("recoveryCodes")).hasSize(10);
        state("$.recoveryCodes", 10);
        send(post(PATH), proof(phone.code(1)))
                .andExpect(status().isConflict())
                .andExpect(jsonPath("$.type").value("/problems/second-factor-on"));
    }

    /** Each uses up a recovery code and then replaces all: the second one waits for the first, and has none that counts then. */
    @Test
    void twoRenewalsAtOnceDoNotBlockEachOther() throws Exception {
        Caller caller = users.inSession(user.id()).orElseThrow();
        List<String> codes = factors.confirm(
                caller, Authenticator.with(factors.begin(caller).key()).code(0));
        CountDownLatch accepted = new CountDownLatch(2);
        List<Callable<Boolean>> renewals = codes.subList(0, 2).stream()
                .<Callable<Boolean>>map(code -> () -> transactions.execute(status -> {
                    if (factors.accept(user.id(), code).isEmpty()) {
                        return false;
                    }
                    accepted.countDown();
                    awaitBriefly(accepted);
                    factors.renewRecoveryCodes(caller);
                    return true;
                }))
                .toList();
        List<Boolean> renewed = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var done : threads.invokeAll(renewals)) {
                renewed.add(done.get());
            }
        }
        assertThat(renewed).containsExactlyInAnyOrder(true, false);
    }

    /** Waits for the other one, which comes only if nothing keeps it. */
    private static void awaitBriefly(CountDownLatch both) {
        try {
            boolean _ = both.await(1, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Who manages their own second factor is not taken for somebody who guesses. */
    @Test
    void onlyWrongProofsCountAsAttempts() throws Exception {
        for (int i = 0; i < 2 * PasswordAttempts.AT_A_LOGIN; i++) {
            send(post(PATH), proof("")).andExpect(status().isCreated());
        }
        for (int i = 0; i < PasswordAttempts.AT_A_LOGIN; i++) {
            send(post(PATH), "{\"password\":\"wrong\"}").andExpect(status().isUnprocessableContent());
        }
        send(post(PATH), proof("")).andExpect(status().isTooManyRequests());
    }

    /** A session that is stolen: whoever finds a setup that was left unfinished does not make it theirs. */
    @Test
    void aSetupEndsAfterFifteenMinutes() throws Exception {
        JsonNode setup = read(send(post(PATH), proof("")).andExpect(status().isCreated()));
        jdbc.sql("UPDATE second_factor SET created_at = created_at - interval '16 minutes' WHERE user_id = ?")
                .param(user.id().value())
                .update();
        Authenticator phone = Authenticator.with(setup.get("key").asString());
        send(post(PATH + "/confirm"), "{\"code\":\"" + phone.code(0) + "\"}").andExpect(status().isConflict());
        send(get(PATH), "").andExpect(jsonPath("$.since").doesNotExist());
    }

    @Test
    void keepsNeitherKeyNorRecoveryCodesInPlainText() throws Exception {
        Authenticator phone = setUp();
        JsonNode codes = read(send(post(PATH + "/recovery-codes"), proof(phone.code(1))));
        String stored =
                jdbc.sql("""
                        SELECT string_agg(hash, ' ') || encode(max(sealed_key), 'hex')
                        FROM recovery_code JOIN second_factor USING (user_id) WHERE user_id = ?
                        """).param(user.id().value()).query(String.class).single();
        codes.get("recoveryCodes")
                .forEach(code -> assertThat(stored)
                        .doesNotContain(code.asString())
                        .doesNotContain(code.asString().replace("-", "")));
        assertThat(stored.split("\\{argon2", -1)).hasSize(11);
    }

    @Test
    void renewalEndsTheFormerRecoveryCodes() throws Exception {
        Authenticator phone = setUp();
        String first = read(send(post(PATH + "/recovery-codes"), proof(phone.code(1))))
                .get("recoveryCodes")
                .get(0)
                .asString();
        String second = read(send(post(PATH + "/recovery-codes"), proof(first)).andExpect(status().isOk()))
                .get("recoveryCodes")
                .get(0)
                .asString();
        send(post(PATH + "/remove"), proof(first)).andExpect(status().isUnprocessableContent());
        send(post(PATH + "/remove"), proof(second)).andExpect(status().isNoContent());
        state("$.recoveryCodes", 0);
    }

    @Test
    void removalAndPasswordNeedTheCode() throws Exception {
        Authenticator phone = setUp();
        send(post(PATH + "/remove"), proof("")).andExpect(status().isUnprocessableContent());
        String change = "{\"current\":\"" + PASSWORD + "\",\"password\":\"another long password\"";
        send(put("/api/v1/password"), change + "}")
                .andExpect(status().isUnprocessableContent())
                .andExpect(jsonPath("$.errors[0].pointer").value("/code"));
        send(put("/api/v1/password"), change + ",\"code\":\"" + phone.code(1) + "\"}")
                .andExpect(status().isNoContent());
        users.signIn(user.login(), "another long password");
    }

    @Test
    void anOwnerSeesAndResetsIt() throws Exception {
        setUp();
        String of = "/api/v1/users/" + user.id() + "/second-factor";
        http.perform(asAdmin(get(of))).andExpect(jsonPath("$.recoveryCodes").value(10));
        http.perform(asAdmin(delete(of))).andExpect(status().isNoContent());
        http.perform(asAdmin(delete(of)))
                .andExpect(status().isConflict())
                .andExpect(jsonPath("$.type").value("/problems/second-factor-off"));
        send(get(PATH), "").andExpect(jsonPath("$.since").doesNotExist());
        assertThat(jdbc.sql("SELECT actor FROM unsealed_event WHERE action = :a AND subject_id = :u UNION ALL "
                                + "SELECT actor FROM audit_event WHERE action = :a AND subject_id = :u")
                        .param("a", "user.second-factor-removed")
                        .param("u", user.id().toString())
                        .query(String.class)
                        .list())
                .containsExactly("user:admin");

        String own = read(http.perform(asAdmin(get("/api/v1/users"))))
                .get("items")
                .get(0)
                .get("id")
                .asString();
        http.perform(asAdmin(delete("/api/v1/users/" + own + "/second-factor")))
                .andExpect(status().isUnprocessableContent());
    }

    @Test
    void theAnswersNameNoSecret() throws Exception {
        Authenticator phone = setUp();
        send(get(PATH), "").andExpect(content().string(not(containsString("key"))));
        send(post(PATH + "/remove"), proof(phone.code(0)))
                .andExpect(content().string(not(containsString(PASSWORD))))
                .andExpect(content().string(not(containsString(phone.code(0)))));
    }

    /** Not by requests: attempts are limited. */
    private Authenticator setUp() {
        Caller caller = users.inSession(user.id()).orElseThrow();
        Authenticator phone = Authenticator.with(factors.begin(caller).key());
        factors.confirm(caller, phone.code(0));
        return phone;
    }

    private void state(String path, Object value) throws Exception {
        send(get(PATH), "").andExpect(jsonPath(path).value(value));
    }

    private static String proof(String code) {
        return "{\"password\":\"" + PASSWORD + "\"" + (code.isEmpty() ? "" : ",\"code\":\"" + code + "\"") + "}";
    }

    private ResultActions send(MockHttpServletRequestBuilder request, String body) throws Exception {
        MockHttpServletRequestBuilder sent = with(token, request);
        return http.perform(body.isEmpty() ? sent : sent.content(body));
    }

    private JsonNode read(ResultActions answer) throws Exception {
        return json.readTree(answer.andReturn().getResponse().getContentAsString());
    }
}
