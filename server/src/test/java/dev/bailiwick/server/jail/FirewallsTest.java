package dev.bailiwick.server.jail;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.server.ApiClient;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.MemberRole;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.member.JailRights;
import dev.bailiwick.server.account.member.MemberChange;
import dev.bailiwick.server.account.member.Members;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.Users;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;

/** The firewalls of jails by the API and on their page; the agent's {@code FirewallTest} sees that a host obeys. */
@ServerTest
class FirewallsTest {

    private static final String WEB =
            "{\"rules\": [{\"direction\": \"in\", \"action\": \"allow\", \"protocol\": \"tcp\","
                    + " \"ports\": \"443,80\", \"peer\": \"world\", \"comment\": \"the shop\"}, {\"direction\": \"in\", \"action\": \"drop\"}]}";

    @Autowired
    private ApiClient api;

    @Autowired
    private DesiredStates desired;

    @Autowired
    private Users users;

    @Autowired
    private Members members;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private Fleet.Fixtures fixtures;

    private HostId host = new HostId(UUID.randomUUID());
    private CustomerId customer = new CustomerId(UUID.randomUUID());
    private Caller owner = OPERATOR;
    private String web = "";
    private String path = "";

    @BeforeEach
    void aJail() {
        host = fixtures.connectedHostWithPool();
        customer = fixtures.customer();
        owner = Fleet.somebodyOf(customer);
        web = jail("web", customer);
        path = "/api/v1/jails/" + web + "/firewall";
    }

    @Test
    void isReplacedAndSentToTheHostAsAnotherGeneration() {
        JsonNode none = api.json(api.get(owner, path));
        assertThat(none.get("rules")).isEmpty();
        assertThat(none.get("effective")).hasSize(3);
        assertThat(none.get("templates")
                        .valueStream()
                        .map(template -> template.get("name").asString()))
                .containsExactly("web-server", "nothing-in");

        MvcTestResult replaced = put(owner, WEB);
        assertThat(replaced).hasStatusOk().hasHeader("ETag", "\"2\"");
        JsonNode rules = api.json(replaced).get("rules");
        assertThat(rules.get(0).toString())
                .isEqualTo(
                        "{\"direction\":\"in\",\"action\":\"allow\",\"protocol\":\"tcp\",\"ports\":\"80,443\",\"peer\":\"world\",\"comment\":\"the shop\"}");
        assertThat(rules.get(1).toString())
                .isEqualTo("{\"direction\":\"in\",\"action\":\"drop\",\"protocol\":\"any\",\"peer\":\"any\"}");
        assertThat(sentRules(2)).isEqualTo(2);

        assertThat(put(owner, WEB)).as("the same rules").hasStatusOk().hasHeader("ETag", "\"2\"");
        assertThat(api.call(owner, HttpMethod.PUT, path, Map.of("If-Match", "\"1\""), "{\"rules\": []}"))
                .hasStatus(412);
        assertThat(api.call(owner, HttpMethod.PUT, path, Map.of("If-Match", "\"2\""), "{\"rules\": []}"))
                .hasStatusOk();
        assertThat(sentRules(3)).isZero();
    }

    private int sentRules(long revision) {
        return desired.since(host, revision - 1).jails().stream()
                .filter(jail -> jail.id().toString().equals(web))
                .map(jail -> ((DesiredJail.Present) jail)
                        .network()
                        .firewall()
                        .rules()
                        .size())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void namesWhatIsWrong() {
        String of = jail("other", fixtures.customer());
        Map<String, String> wrong = Map.of(
                "/rules/0/direction", "{\"action\": \"drop\"}",
                "/rules/0/action", "{\"direction\": \"in\", \"action\": \"open\"}",
                "/rules/0/protocol", "{\"direction\": \"in\", \"action\": \"drop\", \"protocol\": \"sctp\"}",
                "/rules/0/ports", "{\"direction\": \"in\", \"action\": \"drop\", \"ports\": \"80\"}",
                "/rules/0/comment",
                        "{\"direction\": \"in\", \"action\": \"drop\", \"comment\": \"" + "x".repeat(201) + "\"}",
                "/rules/0", "null");
        wrong.forEach((pointer, rule) -> refuses(pointer, "{\"rules\": [" + rule + "]}"));
        for (String peer : List.of(
                "jail:" + of,
                "jail:" + web,
                "jail:" + UUID.randomUUID(),
                "network:" + UUID.randomUUID(),
                "nobody",
                "10.0.0.1/8")) {
            refuses(
                    "/rules/0/peer",
                    "{\"rules\": [{\"direction\": \"in\", \"action\": \"drop\", \"peer\": \"" + peer + "\"}]}");
        }
        refuses("/rules", "{}");
        refuses(
                "/rules",
                "{\"rules\": [" + "{\"direction\": \"in\", \"action\": \"drop\"},".repeat(100)
                        + "{\"direction\": \"in\", \"action\": \"drop\"}]}");
        assertThat(api.json(api.get(OPERATOR, path)).get("generation").asInt()).isEqualTo(1);

        fixtures.connectEarlierAgent(host);
        refuses("/rules", WEB);
        assertThat(put(OPERATOR, "{\"rules\": []}")).hasStatusOk();
    }

    private void refuses(String pointer, String body) {
        MvcTestResult refused = put(owner, body);
        assertThat(refused).as(body).hasStatus(422);
        assertThat(api.json(refused).at("/errors/0/pointer").asString())
                .as(body)
                .isEqualTo(pointer);
    }

    @Test
    void isShownBeforeItIsMade() {
        JsonNode shown = api.json(api.call(owner, HttpMethod.PUT, path + "?dryRun=true", WEB));
        assertThat(shown.at("/effective/2/text").asString()).isEqualTo("in allow tcp 80,443 world # the shop");
        assertThat(shown.get("effective")).hasSize(5);
        assertThat(api.json(api.get(owner, path)).get("rules")).isEmpty();
    }

    @Test
    void saysWhatItsRulesHaveMatched() {
        JsonNode none = api.json(api.get(owner, path + "/counters"));
        assertThat(none.toString()).isEqualTo("{\"generation\":1,\"counters\":[]}");
        assertThat(put(owner, WEB)).hasStatusOk();
        assertThat(api.json(api.get(owner, path + "/counters")).toString())
                .isEqualTo(
                        "{\"generation\":2,\"counters\":[{\"origin\":\"jail\",\"rule\":0,\"packets\":1,\"bytes\":60},{\"origin\":\"jail\",\"rule\":1,\"packets\":2,\"bytes\":120}]}");
        assertThat(text(api.get(owner, "/jails/" + web + "/firewall"))).contains("2 packets, 120 bytes");
    }

    @Test
    void saysWhichRuleDecides() {
        String friend = jail("friend", customer);
        String address = address(friend);
        assertThat(put(owner, WEB.replace("[{", "[" + rejecting(friend) + ", {")))
                .hasStatusOk();

        JsonNode world = explain("\"in\"", "\"tcp\"", "203.0.113.7", 443);
        assertThat(world.get("action").asString()).isEqualTo("allow");
        assertThat(world.get("rule").asInt()).isEqualTo(1);
        assertThat(world.get("text").asString()).isEqualTo("in allow tcp 80,443 world # the shop");
        assertThat(world.get("world").asBoolean()).isTrue();
        assertThat(explain("\"in\"", "\"tcp\"", "203.0.113.7", 22).get("rule").asInt())
                .isEqualTo(2);
        assertThat(explain("\"in\"", "\"tcp\"", "192.168.1.1", 443).get("rule").asInt())
                .isEqualTo(2);
        JsonNode sibling = explain("\"in\"", "\"udp\"", address, 53);
        assertThat(sibling.get("action").asString()).isEqualTo("reject");
        assertThat(sibling.get("jail").asString()).isEqualTo(friend);
        assertThat(sibling.get("world").asBoolean(true)).isFalse();
        JsonNode out = explain("\"out\"", "\"icmp\"", "203.0.113.7", "null");
        assertThat(out.get("action").asString()).isEqualTo("allow");
        assertThat(out.has("rule")).isFalse();

        assertThat(explain("\"out\"", "\"icmp\"", "203.0.113.7", 1)
                        .at("/errors/0/pointer")
                        .asString())
                .isEqualTo("/port");
        assertThat(explain("\"out\"", "\"tcp\"", "203.0.113.7", "null")
                        .at("/errors/0/pointer")
                        .asString())
                .isEqualTo("/port");
        assertThat(explain("\"out\"", "\"any\"", "203.0.113.7", "null")
                        .at("/errors/0/pointer")
                        .asString())
                .isEqualTo("/protocol");
        assertThat(explain("null", "\"tcp\"", "203.0.113.7", 1)
                        .at("/errors/0/pointer")
                        .asString())
                .isEqualTo("/direction");
        assertThat(explain("\"in\"", "\"tcp\"", "world", 1)
                        .at("/errors/0/pointer")
                        .asString())
                .isEqualTo("/peer");
    }

    @Test
    void isExplainedToAColleagueWhoDoesNotSeeThePeer() {
        String friend = jail("friend", customer);
        assertThat(put(owner, "{\"rules\": [" + rejecting(friend) + "]}")).hasStatusOk();
        UserId colleague = users.create(
                        OPERATOR,
                        "p-" + UUID.randomUUID(),
                        "long enough for all",
                        new Membership.Of(fixtures.customer()))
                .id();
        members.put(
                OPERATOR,
                customer,
                colleague,
                new MemberChange(
                        MemberRole.COLLEAGUE,
                        List.of(new JailRights(new JailId(UUID.fromString(web)), Set.of(Right.CONFIGURE)))));
        owner = users.inSession(colleague).orElseThrow();

        assertThat(api.get(owner, "/api/v1/jails/" + friend)).hasStatus(404);
        JsonNode explained = explain("\"in\"", "\"udp\"", address(friend), 53);
        assertThat(explained.get("action").asString()).isEqualTo("reject");
        assertThat(explained.get("rule").asInt()).isZero();
        assertThat(explained.has("jail")).isFalse();
    }

    @Test
    void namesNoJailOfTheFormerCustomerAfterAMove() {
        String friend = jail("friend", customer);
        assertThat(put(owner, WEB.replace("[{", "[" + rejecting(friend) + ", {")))
                .hasStatusOk();
        JsonNode kept = api.json(move(fixtures.customer())).get("rules");
        assertThat(kept.valueStream().map(rule -> rule.get("peer").asString())).containsExactly("world", "any");
        assertThat(sentRules(4)).isEqualTo(2);
    }

    @Test
    void isOpenAfterAMoveIfAllItsRulesNameJailsOfTheFormerCustomer() {
        assertThat(put(owner, "{\"rules\": [" + rejecting(jail("friend", customer)) + "]}"))
                .hasStatusOk();
        assertThat(api.json(move(fixtures.customer())).get("rules")).isEmpty();
        assertThat(jdbc.sql("SELECT count(*) FROM jail_firewall WHERE jail_id = ?::uuid")
                        .param(web)
                        .query(Integer.class)
                        .single())
                .isZero();
    }

    /** Returns the firewall as the other customer sees it then. */
    private MvcTestResult move(CustomerId to) {
        assertThat(api.call(
                        OPERATOR, HttpMethod.POST, "/api/v1/jails/" + web + "/move", "{\"customer\": \"" + to + "\"}"))
                .hasStatus2xxSuccessful();
        return api.get(Fleet.somebodyOf(to), path);
    }

    private static String rejecting(String jail) {
        return "{\"direction\": \"in\", \"action\": \"reject\", \"peer\": \"jail:" + jail + "\"}";
    }

    private String address(String jail) {
        return api.json(api.get(OPERATOR, "/api/v1/jails/" + jail)).at("/ip/0").asString();
    }

    @Test
    void isNotExplainedToThoseWhoDoNotSeeTheJail() {
        Caller stranger = Fleet.somebodyOf(fixtures.customer());
        String asked = "{\"direction\": \"in\", \"protocol\": \"icmp\", \"peer\": \"192.0.2.1\"}";
        assertThat(api.call(stranger, HttpMethod.POST, path + ":explain", asked))
                .hasStatus(404);
        assertThat(api.get(stranger, "/jails/" + web + "/firewall?direction=in&protocol=icmp&peer=192.0.2.1"))
                .hasStatus(404);
    }

    private JsonNode explain(String direction, String protocol, String peer, Object port) {
        return api.json(api.call(
                owner,
                HttpMethod.POST,
                path + ":explain",
                "{\"direction\": %s, \"protocol\": %s, \"peer\": \"%s\", \"port\": %s}"
                        .formatted(direction, protocol, peer, port)));
    }

    @Test
    void hasAPage() {
        String page = "/jails/" + web + "/firewall";
        assertThat(text(api.get(owner, "/jails/" + web + "/network"))).contains(page);
        assertThat(text(api.get(owner, page + "?template=web-server")))
                .contains("in allow tcp 80,443 any # HTTP and HTTPS");
        assertThat(text(form(page + "/preview", "rules=in+drop+icmp+any")))
                .contains("What would hold", "<code>in drop icmp any</code>");
        assertThat(form(page, "version=1&rules=in+allow+tcp+80+world+%23+the+shop%0Aout+drop+udp+any"))
                .hasStatus(302);
        assertThat(text(api.get(owner, page)))
                .contains("in allow tcp 80 world # the shop\nout drop udp any</textarea>")
                .contains("name=\"version\" value=\"2\"");
        MvcTestResult refused = form(page, "version=2&rules=in+drop+any%0Ain+drop+tcp+80+nobody");
        assertThat(refused).hasStatus(422);
        assertThat(text(refused)).contains("rules-error", "Rule 2, peer: must be any, world", "in drop tcp 80 nobody");
        assertThat(form(page, "version=1&rules=")).hasStatus(412);
        assertThat(text(api.get(owner, page + "?direction=in&protocol=tcp&peer=203.0.113.7&port=80")))
                .contains("Rule 1 allows it: in allow tcp 80 world # the shop");
        assertThat(text(api.get(owner, page + "?direction=in&protocol=tcp&peer=203.0.113.7&port=81")))
                .contains("No rule matches, so it is allowed.");
        assertThat(text(api.get(owner, page + "?direction=in&protocol=tcp&peer=&port=81")))
                .contains("peer-error", "is required");
    }

    private MvcTestResult form(String address, String fields) {
        return api.call(owner, HttpMethod.POST, address + "?" + fields.replace("+", "%20"), "");
    }

    private static String text(MvcTestResult page) {
        return new String(page.getResponse().getContentAsByteArray(), StandardCharsets.UTF_8);
    }

    private MvcTestResult put(Caller caller, String body) {
        return api.call(caller, HttpMethod.PUT, path, body);
    }

    private String jail(String name, CustomerId of) {
        MvcTestResult made = api.call(
                OPERATOR,
                HttpMethod.POST,
                "/api/v1/jails",
                "{\"name\": \"%s\", \"customer\": \"%s\", \"host\": \"%s\"}".formatted(name, of, host));
        assertThat(made).hasStatus(201);
        return api.json(made).get("id").asString();
    }
}
