package dev.bailiwick.server.network;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.DesiredJail.FilesFate;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.server.ApiClient;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.quota.Usages;
import dev.bailiwick.server.jail.JailActions;
import dev.bailiwick.server.jail.JailReports;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;

/** Jails have addresses beside the primary ones, which they name or the server chooses. */
@ServerTest
class AdditionalAddressesTest {

    private static final AtomicInteger NETWORKS = new AtomicInteger(150);

    @Autowired
    private ApiClient api;

    @Autowired
    private JailActions actions;

    @Autowired
    private JailReports reports;

    @Autowired
    private Usages usages;

    @Autowired
    private Fleet.Fixtures fixtures;

    @Autowired
    private JdbcClient jdbc;

    private HostId host = new HostId(UUID.randomUUID());
    private CustomerId anna = new CustomerId(UUID.randomUUID());
    private CustomerId berta = new CustomerId(UUID.randomUUID());
    private String v4 = "";
    private String other = "";
    private String v6 = "";
    private List<UUID> shared = List.of();

    @BeforeEach
    void aHostWithThreePools() {
        host = fixtures.connectedHost();
        shared = jdbc.sql("UPDATE address_pool SET host_id = ? WHERE host_id IS NULL RETURNING id")
                .param(fixtures.host().value())
                .query((row, number) -> row.getObject("id", UUID.class))
                .list();
        anna = fixtures.customer();
        berta = fixtures.customer();
        int number = NETWORKS.incrementAndGet();
        v4 = "192.168." + number + ".";
        other = "193.20." + number + ".";
        v6 = "fdb1:" + number + "::";
        pool(v4 + "0/27");
        pool(other + "0/29");
        pool(v6 + "/64");
    }

    @AfterEach
    void giveBackTheSharedPools() {
        shared.forEach(pool -> jdbc.sql("UPDATE address_pool SET host_id = NULL WHERE id = ?")
                .param(pool)
                .update());
    }

    private String pool(String range) {
        return made(post("/api/v1/pools", "{\"range\": \"%s\", \"host\": \"%s\"}".formatted(range, host)));
    }

    @Test
    void areNamedOrChosenFromAFamilyOrAPool() {
        String web = jail(anna, "web", "auto", v4 + "9", "ipv6", other + "0/29", "ipv4");

        JsonNode shown = shown(web);
        assertThat(texts(shown.get("ip"))).containsExactly(address(web, false, 4), address(web, false, 6));
        List<String> additional = texts(shown.get("additionalAddresses"));
        assertThat(additional).hasSize(4).contains(v4 + "9").doesNotContainAnyElementsOf(texts(shown.get("ip")));
        assertThat(additional).filteredOn(one -> one.startsWith(other)).hasSize(1);
        assertThat(additional).filteredOn(one -> one.startsWith(v6)).hasSize(1);
        assertThat(usages.of(anna).addresses()).isEqualTo(6);
    }

    @Test
    void aChoiceIsMetByAnAddressThatTheJailHas() {
        String web = jail(anna, "web", v4 + "1", "ipv4", "ipv4");
        List<String> had = texts(shown(web).get("additionalAddresses"));

        JsonNode same = api.json(change(web, "\"additionalAddresses\": [\"ipv4\", \"" + v4 + "0/27\"]"));
        assertThat(same.get("generation").asLong()).as("nothing has changed").isEqualTo(1);
        assertThat(texts(shown(web).get("additionalAddresses"))).isEqualTo(had);
        assertThat(change(web, "\"hostname\": \"other.example\"")).hasStatus(202);
        assertThat(texts(shown(web).get("additionalAddresses"))).isEqualTo(had);

        reports.apply(host, List.of(Fleet.report(JailId.parse(web), 2, Phase.RUNNING, Instant.now())));
        JsonNode answer = api.json(change(
                web, "\"additionalAddresses\": [\"%s\", \"ipv4\", \"%s\"]".formatted(had.getLast(), other + "3")));
        assertThat(answer.at("/restart/required").asBoolean()).isFalse();
        assertThat(texts(shown(web).get("additionalAddresses")))
                .containsExactlyInAnyOrder(had.getFirst(), had.getLast(), other + "3");
        assertThat(texts(answer.get("additionalAddresses")))
                .containsExactlyInAnyOrderElementsOf(texts(shown(web).get("additionalAddresses")));
        JsonNode more = api.json(change(
                web,
                "\"additionalAddresses\": [%s, \"ipv4\"]".formatted(quoted(texts(answer.get("additionalAddresses"))))));
        assertThat(texts(more.get("additionalAddresses")))
                .as("the answer has the address that was chosen")
                .hasSize(4)
                .containsExactlyInAnyOrderElementsOf(texts(shown(web).get("additionalAddresses")));
    }

    @Test
    void changePlacesWithThePrimaryOne() {
        String web = jail(anna, "web", v4 + "1", v4 + "2", v4 + "3");
        reports.apply(host, List.of(Fleet.report(JailId.parse(web), 1, Phase.RUNNING, Instant.now())));

        JsonNode answer = api.json(change(
                web,
                "\"ip\": [\"%s\"], \"additionalAddresses\": [\"%s\", \"%s\"]".formatted(v4 + "3", v4 + "1", v4 + "2")));
        assertThat(texts(answer.at("/restart/because"))).containsExactly("ip");
        assertThat(texts(shown(web).get("ip"))).containsExactly(v4 + "3");
        assertThat(texts(shown(web).get("additionalAddresses"))).containsExactly(v4 + "1", v4 + "2");
        assertThat(change(web, "\"ip\": [\"%s\"], \"additionalAddresses\": []".formatted(v4 + "1")))
                .hasStatus(202);
        assertThat(texts(shown(web).get("ip"))).containsExactly(v4 + "1");
        assertThat(shown(web).has("additionalAddresses")).isFalse();
    }

    @Test
    void areRemovedByANull() {
        String web = jail(anna, "web", v4 + "1", v4 + "2", v4 + "3");
        assertThat(change(web, "\"hostname\": null, \"additionalAddresses\": null"))
                .hasStatus(202);
        assertThat(shown(web).has("additionalAddresses")).isFalse();
        assertThat(texts(shown(web).get("ip"))).containsExactly(v4 + "1");
    }

    @Test
    void arePointedToIfTheyAreWrong() {
        String web = jail(anna, "web", v4 + "1", v4 + "2");
        refused("/additionalAddresses/1", "is not an IPv4 or IPv6 address", v4 + "9", "x");
        refused("/additionalAddresses/0", "is not an address pool for this host", "10.200.0.0/16");
        refused("/additionalAddresses/0", "has bits set behind its prefix", v4 + "1/27");
        refused("/additionalAddresses", "must not contain IPv6 addresses, unless the jail has one in ip", "ipv6");
        refused("/additionalAddresses", "twice, or beside the same one in ip", v4 + "8");
        refused("/additionalAddresses", "twice", v4 + "9", v4 + "9");
        refused("/additionalAddresses/1", "is not in any address pool for this host", v4 + "9", "10.200.0.1");
        refused("/additionalAddresses/1", "is taken", v4 + "9", v4 + "2");
        refused(
                "/additionalAddresses",
                "at most 16 IPv4 addresses",
                Collections.nCopies(17, "ipv4").toArray(String[]::new));
        refused(
                "/additionalAddresses/6",
                "no pool has a free address",
                Collections.nCopies(7, other + "0/29").toArray(String[]::new));
        List<JsonNode> rest = api.lines(api.batch(
                OPERATOR,
                "?partial=true",
                Map.of(),
                (body(
                                        anna,
                                        "seven",
                                        v4 + "10",
                                        Collections.nCopies(7, other + "0/29").toArray(String[]::new)) + "\n"
                                + body(
                                        anna,
                                        "six",
                                        v4 + "11",
                                        Collections.nCopies(6, other + "0/29").toArray(String[]::new)))
                        .getBytes(StandardCharsets.UTF_8)));
        assertThat(rest)
                .as("one that is rejected leaves the addresses to the next")
                .extracting(line -> line.get("status").asInt())
                .containsExactly(409, 201);
        assertThat(addresses()).as("what is refused takes nothing").isEqualTo(9);
        assertThat(change(web, "\"additionalAddresses\": [\"ipv4\", \"10.200.0.1\"]"))
                .hasStatus(422);
        assertThat(texts(shown(web).get("additionalAddresses"))).containsExactly(v4 + "2");

        List<JsonNode> lines = api.lines(api.batch(
                OPERATOR,
                "?partial=true",
                Map.of(),
                (body(anna, "one", v4 + "4", v4 + "5", "ipv4") + "\n" + body(anna, "two", v4 + "5", "ipv4") + "\n"
                                + body(anna, "three", v4 + "6", v4 + "4") + "\n" + body(anna, "four", v4 + "7", "ipv4"))
                        .getBytes(StandardCharsets.UTF_8)));
        assertThat(lines).extracting(line -> line.get("status").asInt()).containsExactly(201, 422, 422, 201);
        assertThat(lines.get(1).at("/problem/errors/0/pointer").asString()).isEqualTo("/ip/0");
        assertThat(lines.get(2).at("/problem/errors/0/pointer").asString()).isEqualTo("/additionalAddresses/0");
    }

    private void refused(String pointer, String message, String... additional) {
        JsonNode problem = api.json(create(anna, "refused", v4 + "8", additional));
        assertThat(problem.at("/errors/0/pointer").asString()).as(message).isEqualTo(pointer);
        assertThat(problem.at("/errors/0/message").asString()).contains(message);
    }

    @Test
    void stayTakenUntilTheHostHasLetGoAndThenRest() {
        String web = jail(anna, "web", v4 + "1", v4 + "2", v4 + "3");
        assertThat(change(web, "\"additionalAddresses\": [\"%s\"]".formatted(v4 + "2")))
                .hasStatus(202);

        refused("/additionalAddresses/0", "is not released yet", v4 + "3");
        reports.apply(host, List.of(Fleet.report(JailId.parse(web), 2, Phase.RUNNING, Instant.now())));
        JsonNode resting = api.json(create(berta, "shop", v4 + "4", v4 + "3"));
        assertThat(resting.at("/errors/0/pointer").asString()).isEqualTo("/additionalAddresses/0");
        assertThat(resting.at("/errors/0/message").asString()).startsWith("rests until ");
        jail(anna, "again", v4 + "4", v4 + "3");

        actions.retire(OPERATOR, JailId.parse(web), FilesFate.DELETED);
        reports.apply(host, List.of(Fleet.report(JailId.parse(web), 3, Phase.REMOVED, Instant.now())));
        assertThat(jdbc.sql("SELECT array_to_string(addresses, ' ') FROM removed_jail WHERE id = ?::uuid")
                        .param(web)
                        .query(String.class)
                        .single())
                .isEqualTo(v4 + "1 " + v4 + "2");
        assertThat(api.json(create(berta, "shop", v4 + "5", v4 + "2"))
                        .at("/errors/0/message")
                        .asString())
                .startsWith("rests until ");
    }

    @Test
    void countForQuotasOfCustomersAndResellersAndForPlans() {
        bound(berta, 2);
        String web = jail(anna, "web", v4 + "1", v4 + "2", v4 + "3");
        assertThat(api.json(api.call(
                                OPERATOR,
                                HttpMethod.POST,
                                "/api/v1/jails/" + web + "/move",
                                "{\"customer\": \"" + berta + "\"}"))
                        .toString())
                .contains("quota-exceeded", "3 addresses");
        bound(berta, 3);
        assertThat(api.call(
                        OPERATOR,
                        HttpMethod.POST,
                        "/api/v1/jails/" + web + "/move",
                        "{\"customer\": \"" + berta + "\"}"))
                .hasStatus2xxSuccessful();
        for (String more : List.of(v4 + "4", "ipv4")) {
            assertThat(api.json(change(
                                    web,
                                    "\"additionalAddresses\": [\"%s\", \"%s\", \"%s\"]"
                                            .formatted(v4 + "2", v4 + "3", more)))
                            .get("type")
                            .asString())
                    .as(more)
                    .isEqualTo("/problems/quota-exceeded");
        }
        bound(berta, 9);
        CustomerId reseller = fixtures.customer();
        bound(reseller, 3);
        assertThat(api.call(
                        OPERATOR,
                        HttpMethod.PUT,
                        "/api/v1/customers/" + berta + "/reseller",
                        "{\"reseller\": \"" + reseller + "\"}"))
                .hasStatusOk();
        assertThat(api.json(change(
                                web,
                                "\"additionalAddresses\": [\"%s\", \"%s\", \"ipv4\"]".formatted(v4 + "2", v4 + "3")))
                        .get("type")
                        .asString())
                .isEqualTo("/problems/quota-exceeded");
        assertThat(texts(shown(web).get("additionalAddresses"))).containsExactly(v4 + "2", v4 + "3");

        String plan = made(post("/api/v1/plans", "{\"name\": \"A" + UUID.randomUUID() + "\", \"addresses\": 3}"));
        JsonNode beyond = api.json(post(
                "/api/v1/jails",
                body(anna, "plan", v4 + "9", "ipv4", "ipv4", "ipv4")
                        .replaceFirst("\\{", "{\"plan\": \"" + plan + "\", ")));
        assertThat(beyond.at("/errors/0/message").asString()).contains("has 4 addresses, but its plan has at most 3");
        assertThat(api.call(OPERATOR, HttpMethod.POST, "/api/v1/plans", "{\"name\": \"too many\", \"addresses\": 35}"))
                .hasStatus(422);
    }

    private void bound(CustomerId customer, int addresses) {
        assertThat(api.call(
                        OPERATOR,
                        HttpMethod.PATCH,
                        "/api/v1/customers/" + customer,
                        "{\"quota\": {\"addresses\": " + addresses + "}}"))
                .hasStatusOk();
    }

    @Test
    void areShownInTheFormAndOnThePage() {
        String web = jail(anna, "web", v4 + "1", v4 + "2");
        String form = text(api.get(OPERATOR, "/jails/" + web + "/edit"));
        assertThat(form).contains("id=\"additionalAddresses[0]\"", v4 + "2</textarea>");
        assertThat(text(api.get(OPERATOR, "/jails/" + web))).contains(v4 + "1", v4 + "2");
        assertThat(text(api.get(OPERATOR, "/jails?q=" + v4 + "2")))
                .as("a list shows the primary one, and finds jails by any")
                .contains("/jails/" + web, ">" + v4 + "1<", "and 1 more");
    }

    private static String quoted(List<String> texts) {
        return texts.stream().map(text -> "\"" + text + "\"").collect(Collectors.joining(", "));
    }

    private String body(CustomerId customer, String name, String ip, String... additional) {
        return "{\"name\": \"%s\", \"customer\": \"%s\", \"host\": \"%s\", \"ip\": [\"%s\"], \"additionalAddresses\": [%s]}"
                .formatted(name, customer, host, ip, quoted(List.of(additional)));
    }

    private MvcTestResult create(CustomerId customer, String name, String ip, String... additional) {
        return post("/api/v1/jails", body(customer, name, ip, additional));
    }

    private String jail(CustomerId customer, String name, String ip, String... additional) {
        return made(create(customer, name, ip, additional));
    }

    private MvcTestResult change(String jail, String members) {
        return api.call(OPERATOR, HttpMethod.PATCH, "/api/v1/jails/" + jail, "{" + members + "}");
    }

    private JsonNode shown(String jail) {
        return api.json(api.get(OPERATOR, "/api/v1/jails/" + jail));
    }

    private String address(String jail, boolean additional, int family) {
        return jdbc.sql("""
                        SELECT host(address) FROM jail_address
                        WHERE jail_id = ?::uuid AND additional = ? AND family(address) = ?
                        """)
                .params(jail, additional, family)
                .query(String.class)
                .single();
    }

    private long addresses() {
        return jdbc.sql("SELECT count(*) FROM jail_address a JOIN jail j ON j.id = a.jail_id WHERE j.host_id = ?")
                .param(host.value())
                .query(Long.class)
                .single();
    }

    private static List<String> texts(JsonNode list) {
        return list.valueStream().map(JsonNode::asString).toList();
    }

    private String made(MvcTestResult created) {
        assertThat(created).as(text(created)).hasStatus(201);
        return api.json(created).get("id").asString();
    }

    private MvcTestResult post(String path, String body) {
        return api.call(OPERATOR, HttpMethod.POST, path, body);
    }

    private static String text(MvcTestResult page) {
        return new String(page.getResponse().getContentAsByteArray(), StandardCharsets.UTF_8);
    }
}
