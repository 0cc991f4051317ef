package dev.bailiwick.server.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.Fleet.Fixtures;
import dev.bailiwick.server.Visitor;
import dev.bailiwick.server.WebTest;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.User;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.secret.SealingKey;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.session.SessionRepository;
import org.springframework.web.util.HtmlUtils;

/**
 * Forms that are sent after their session has ended: the browser carries them over sign-in, and the server does nothing without the
 * user.
 */
@WebTest
class ExpiredSessionFormsTest {

    private static final String PASSWORD = "correct horse battery";
    private static final Pattern HIDDEN =
            Pattern.compile("<input type=\"hidden\" name=\"([^\"]+)\" value=\"([^\"]*)\"");

    @LocalServerPort
    private int port;

    @Autowired
    private Users users;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private SessionRepository<?> sessions;

    @Autowired
    private SealingKey key;

    @Autowired
    private Fixtures fixtures;

    @Autowired
    private Jails jails;

    private User user;
    private User customers;
    private CustomerId customer;
    private JailView jail;
    private Visitor visitor;

    /** The CSRF token of the form from before its session ended. */
    private String token = "";

    @BeforeEach
    void somebodyAndTheirJail() throws Exception {
        user = users.create(Fleet.OPERATOR, "late-" + UUID.randomUUID(), PASSWORD, new Membership.Staff(Role.OWNER));
        customer = fixtures.customer();
        customers = users.create(Fleet.OPERATOR, "late-" + UUID.randomUUID(), PASSWORD, new Membership.Of(customer));
        HostId host = fixtures.connectedHostWithPool();
        jail = jails.define(
                Fleet.OPERATOR, new NewJail(customer, Optional.of(host), Optional.empty(), Fleet.named("shop")));
        visitor = new Visitor(port);
        visitor.signIn(sessions, key, user);
        token = hidden(visitor.get("/jails/new")).getOrDefault("_csrf", "");
    }

    @Test
    void carriesAFormOverSignInAndShowsItFilled() throws Exception {
        endSessions();
        HttpResponse<String> late = late("/jails", newJail());
        assertThat(late.statusCode()).isEqualTo(401);
        assertThat(late.body())
                .contains(
                        "Your session has ended", "is kept", "name=\"login\"", "name=\"carried.name\" value=\"blog\"");

        HttpResponse<String> wrong = signIn(late, user.login(), "not it");
        assertThat(wrong.statusCode()).isEqualTo(401);
        assertThat(wrong.body())
                .contains("password is wrong", "value=\"" + user.login() + "\"", "name=\"carried.name\" value=\"blog\"")
                .doesNotContain("not it");

        HttpResponse<String> shown = signIn(wrong, user.login(), PASSWORD);
        assertThat(shown.statusCode()).isEqualTo(200);
        assertThat(shown.body())
                .contains("Nothing was changed yet", "You are signed in as " + user.login())
                .contains(
                        "id=\"jail-form\"",
                        "value=\"blog\"",
                        "name=\"environment.name\" value=\"A\"",
                        ">\n1\nB=2</textarea>",
                        "a &lt;reason&gt;")
                .doesNotContain("Another user", PASSWORD);
        assertThat(blogs()).isZero();

        Map<String, String> form = new LinkedHashMap<>(newJail());
        form.put("_csrf", hidden(shown).get("_csrf"));
        assertThat(post("/jails", form, "Sec-Fetch-Site", "same-origin").statusCode())
                .isEqualTo(302);
        assertThat(blogs()).isOne();
    }

    /** Spring's binding fails on them, with an error of the server. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "overrides[].call",
                "overrides[",
                "command[x]",
                "environment]0[",
                "overrides[3000].call",
                "command[9999]"
            })
    void rejectsNamesOfNoRowOfAForm(String name) throws Exception {
        Map<String, String> form = new LinkedHashMap<>(newJail());
        form.put(name, "ptrace");
        form.put("_csrf", token);

        assertThat(post("/jails/rows", form, "Sec-Fetch-Site", "same-origin").statusCode())
                .isEqualTo(400);
        endSessions();
        assertThat(late("/jails/rows", form).statusCode()).isEqualTo(400);
    }

    /** After a sign-in in another tab, the CSRF token of the form belongs to an earlier session. */
    @ParameterizedTest
    @CsvSource({
        "/jails/JAIL, name=changed&version=1&profile=hosting&base=thin, value=\"changed\"",
        "/jails/overrides, name=changed&add=true, value=\"changed\"",
        "/jails/JAIL/overrides, version=1&call=bpf&decision=deny:EPERM&reason=because, value=\"because\"",
        "/jails/JAIL/overrides/remove, version=1&call=ptrace, Remove the override of ptrace",
        "/jails/JAIL/retire, files=DELETED&confirm=sho, value=\"DELETED\" checked",
        "/jails/JAIL/move, customer=&confirm=sho, value=\"sho\"",
        "/account/tokens, name=deploy&scopes=jails:read&expires=365, value=\"deploy\"",
        "/account/tokens/JAIL/revoke, , Revokes an API token",
        "/jails/JAIL/stop, , Stop shop",
        "/jails/JAIL/restart, , Restart shop",
        "/jails/JAIL/observation, profile=strict2002&duration=7d&call=&decision=deny:EPERM, value=\"7d\" selected",
        "/jails/JAIL/observation/end, , Ends the observation",
        "/jails/rollout, policy=restart&jails=JAIL&q=shop, aria-label=\"Choose shop\" checked",
        "/hosts, name=rack-77, value=\"rack-77\"",
        "/hosts/JAIL/differences, choice=adopt&jail=JAIL, Decides about jails that differ",
        "/no-such/form, some=thing, Sends these fields",
    })
    void showsEveryFormAgainAndActsOnNone(String path, String body, String shown) throws Exception {
        String id = jail.id().toString();
        HttpResponse<String> late = send(
                path.replace("JAIL", id),
                (body == null ? "" : body.replace("JAIL", id) + "&") + "_csrf=of-before",
                "Sec-Fetch-Site",
                "same-origin");
        assertThat(late.statusCode()).isEqualTo(403);
        assertThat(late.body())
                .contains("Nothing was changed yet", "You are signed in as " + user.login(), shown.replace("JAIL", id))
                .doesNotContain("??");
        assertThat(jails.find(Fleet.OPERATOR, jail.id()).generation()).isOne();
        assertThat(jails.find(Fleet.OPERATOR, jail.id()).retiredAt()).isEmpty();
    }

    @Test
    void saysThatAnotherFilledItInAndLetsTheirPermissionDecide() throws Exception {
        endSessions();
        HttpResponse<String> late = late("/jails/" + jail.id() + "/stop", Map.of());
        HttpResponse<String> shown = signIn(late, customers.login(), PASSWORD);
        assertThat(shown.body()).contains("Another user filled it in", "Stop shop", ">Send<");
        assertThat(jails.find(Fleet.OPERATOR, jail.id()).generation()).isOne();

        endSessions();
        HttpResponse<String> forOperators = late("/hosts", Map.of("name", "rack-78"));
        HttpResponse<String> denied = signIn(forOperators, customers.login(), PASSWORD);
        assertThat(denied.statusCode()).isEqualTo(403);
        assertThat(denied.body()).contains("You don&#39;t have permission").doesNotContain("rack-78");
    }

    @Test
    void neverCarriesPasswords() throws Exception {
        endSessions();
        HttpResponse<String> late = late(
                "/some/form", Map.of("current", "s3cret-one", "newPassword", "s3cret-two", "repeated", "s3cret-two"));
        HttpResponse<String> shown = signIn(late, user.login(), PASSWORD);
        assertThat(late.body()).doesNotContain("s3cret").contains("passwords are not kept");
        assertThat(shown.body()).doesNotContain("s3cret", ">Send<").contains("passwords are not kept");
    }

    @ParameterizedTest
    @CsvSource({
        "Sec-Fetch-Site, cross-site",
        "Sec-Fetch-Site, same-site",
        "Origin, https://elsewhere.example",
        "X-Nothing, said"
    })
    void carriesNothingOfAnotherSite(String header, String value) throws Exception {
        endSessions();
        HttpResponse<String> late = post("/jails/" + jail.id() + "/retire", Map.of("confirm", "shop"), header, value);
        assertThat(late.statusCode()).isEqualTo(403);
        assertThat(late.body())
                .contains("did not come from a page of Bailiwick")
                .doesNotContain("carried");
    }

    @Test
    void saysThatAFormIsTooLargeToBeCarried() throws Exception {
        endSessions();
        HttpResponse<String> late = late("/jails", Map.of("name", "x".repeat(256_100)));
        assertThat(late.body()).contains("too large to be kept").doesNotContain("xxx");
        HttpResponse<String> larger = late("/jails", Map.of("name", "x".repeat(300_000)));
        assertThat(larger.body()).contains("The form is too large").doesNotContain("xxx");
        HttpResponse<String> carried = late("/jails", Map.of("name", "x".repeat(250_000)));
        assertThat(signIn(carried, user.login(), PASSWORD).body()).contains("x".repeat(250_000));
    }

    /** A path that leads elsewhere would be forwarded to with the rights of an inner request. */
    @ParameterizedTest
    @CsvSource({"/../hosts", "//hosts", "/%2e%2e/hosts", "/hosts;x=1"})
    void leadsToFormsOnly(String path) throws Exception {
        HttpResponse<String> page = new Visitor(port).get("/sign-in");
        endSessions();
        visitor.get("/sign-in");
        Map<String, String> form = hidden(visitor.get("/sign-in"));
        form.putAll(Map.of("carried-to", path, "carried.name", "rack-79", "login", user.login(), "password", PASSWORD));
        HttpResponse<String> signedIn = post("/sign-in", form, "Sec-Fetch-Site", "same-origin");
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(signedIn.statusCode()).isEqualTo(302);
        assertThat(signedIn.headers().firstValue("Location").orElse("")).endsWith("/jails");
    }

    @Test
    void tellsPartsOfAPageThatTheSessionHasEnded() throws Exception {
        endSessions();
        for (String path : new String[] {"/jails?q=shop", "/jails/" + jail.id() + "/explain?call=bpf"}) {
            HttpResponse<String> part = visitor.send(
                    visitor.request(path).header("HX-Request", "true").header("Accept", "*/*"));
            assertThat(part.statusCode()).isEqualTo(401);
            assertThat(part.body())
                    .contains("Your session has ended", "Sign in again")
                    .doesNotContain("name=\"login\"");
        }
        HttpResponse<String> stream =
                visitor.send(visitor.request("/jails/" + jail.id() + "/live").header("Accept", "text/event-stream"));
        assertThat(stream.statusCode()).isEqualTo(401);
        HttpResponse<String> preview = post("/jails/preview", newJail(), "HX-Request", "true");
        assertThat(preview.statusCode()).isEqualTo(401);
    }

    @Test
    void signsOutWhoeverIsSignedOutAlready() throws Exception {
        endSessions();
        HttpResponse<String> out = late("/sign-out", Map.of());
        assertThat(out.headers().firstValue("Location").orElse("")).endsWith("/sign-in?signedOut");
    }

    private Map<String, String> newJail() {
        return Map.of(
                "name", "blog",
                "customer", customer.toString(),
                "environment.name", "A",
                "environment.value", "1\r\nB=2",
                "base", "thin",
                "profile", "hosting",
                "wanted", "running",
                "overrides[0].call", "ptrace",
                "overrides[0].decision", "deny:EPERM",
                "overrides[0].reason", "a <reason>");
    }

    private long blogs() {
        return jdbc.sql("SELECT count(*) FROM jail WHERE customer_id = ? AND name = 'blog'")
                .param(customer.value())
                .query(Long.class)
                .single();
    }

    private void endSessions() {
        jdbc.sql("DELETE FROM web_session WHERE principal_name IN (?, ?)")
                .params(user.id().toString(), customers.id().toString())
                .update();
    }

    private HttpResponse<String> late(String path, Map<String, String> fields)
            throws IOException, InterruptedException {
        Map<String, String> sent = new LinkedHashMap<>(fields);
        sent.put("_csrf", token);
        return post(path, sent, "Sec-Fetch-Site", "same-origin");
    }

    private HttpResponse<String> signIn(HttpResponse<String> page, String login, String password)
            throws IOException, InterruptedException {
        Map<String, String> form = hidden(page);
        form.put("login", login);
        form.put("password", password);
        return post("/sign-in", form, "Sec-Fetch-Site", "same-origin");
    }

    private static Map<String, String> hidden(HttpResponse<String> page) {
        Map<String, String> fields = new LinkedHashMap<>();
        // A browser sends one form: the first is that with the password.
        Matcher field = HIDDEN.matcher(page.body().split("</form>", 2)[0]);
        while (field.find()) {
            fields.put(HtmlUtils.htmlUnescape(field.group(1)), HtmlUtils.htmlUnescape(field.group(2)));
        }
        return fields;
    }

    private HttpResponse<String> post(String path, Map<String, String> fields, String header, String value)
            throws IOException, InterruptedException {
        String body = fields.entrySet().stream()
                .map(field -> encoded(field.getKey()) + "=" + encoded(field.getValue()))
                .collect(Collectors.joining("&"));
        return send(path, body, header, value);
    }

    private HttpResponse<String> send(String path, String body, String header, String value)
            throws IOException, InterruptedException {
        return visitor.send(visitor.request(path)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Accept", "text/html")
                .header(header, value)
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
