package dev.bailiwick.server.plan;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.somebodyOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.server.ApiClient;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.UserId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Plans and their versions, and the jails that are on them. */
@ServerTest
class PlansTest {

    private static final Caller BILLING = Caller.staff(new UserId(UUID.randomUUID()), "bill", Role.BILLING);

    private static final String SMALL =
            "\"limits\": {\"memory\": \"512MiB\", \"processes\": 100, \"cpuMillis\": 500}, \"addresses\": 1,"
                    + " \"disk\": \"10GiB\", \"profiles\": [\"hosting\"], \"bases\": [\"thin\"], \"priceCode\": \"S-1\"";

    @Autowired
    private ApiClient api;

    @Autowired
    private Fleet.Fixtures fixtures;

    private HostId host = new HostId(UUID.randomUUID());
    private CustomerId customer = new CustomerId(UUID.randomUUID());
    private String plan = "";

    @BeforeEach
    void aPlan() {
        host = fixtures.connectedHostWithPool();
        customer = fixtures.customer();
        MvcTestResult created =
                post(BILLING, "/api/v1/plans", "{\"name\": \"Small " + UUID.randomUUID() + "\", " + SMALL + "}");
        assertThat(created).hasStatus(201);
        plan = api.json(created).get("id").asString();
    }

    @Test
    void changeByVersions() {
        JsonNode first = api.json(api.get(BILLING, "/api/v1/plans/" + plan)).get("latest");
        assertThat(first.get("version").asInt()).isEqualTo(1);
        assertThat(first.get("limits").toString())
                .isEqualTo("{\"memory\":536870912,\"processes\":100,\"cpuMillis\":500}");
        assertThat(first.get("disk").asLong()).isEqualTo(10L << 30);
        assertThat(first.get("notEnforced").toString()).isEqualTo("[\"disk\",\"backups\"]");

        assertThat(version(SMALL).get("version").asInt()).as("the same terms").isEqualTo(1);
        assertThat(version("\"limits\": {\"memory\": \"1GiB\"}").get("version").asInt())
                .isEqualTo(2);
        JsonNode all = api.json(api.get(BILLING, "/api/v1/plans/" + plan + "/versions"))
                .get("items");
        assertThat(all.valueStream().map(version -> version.get("version").asInt()))
                .containsExactly(2, 1);
        assertThat(all.get(1)).isEqualTo(first);
    }

    @Test
    void areRefusedIfTheySayNothingThatCanBeHeld() {
        for (String terms : List.of(
                "\"limits\": {\"memory\": \"1KiB\"}",
                "\"limits\": {\"processes\": 0}",
                "\"addresses\": 3",
                "\"disk\": \"much\"",
                "\"profiles\": [\"none\"]",
                "\"bases\": [null]",
                "\"priceCode\": \"\"",
                "\"ports\": 65536",
                "\"backups\": -1",
                "\"setuid\": \"yes\"",
                "\"templates\": [\"debian\"]")) {
            assertThat(post(OPERATOR, "/api/v1/plans", "{\"name\": \"Bad\", " + terms + "}"))
                    .as(terms)
                    .hasStatus(422);
        }
        String name =
                api.json(api.get(OPERATOR, "/api/v1/plans/" + plan)).get("name").asString();
        assertThat(post(OPERATOR, "/api/v1/plans", "{\"name\": \"" + name + "\"}"))
                .as("the same name")
                .hasStatus(409);
    }

    @Test
    void keepWhatIsPromisedWithoutHoldingAJailToIt() {
        JsonNode said =
                version("\"ports\": 5, \"setuid\": false, \"outgoingMail\": true, \"backups\": 7, \"disk\": \"1GiB\"");

        assertThat(said.get("ports").asInt()).isEqualTo(5);
        assertThat(said.get("setuid").asBoolean(true)).isFalse();
        assertThat(said.get("outgoingMail").asBoolean()).isTrue();
        assertThat(said.get("backups").asInt()).isEqualTo(7);
        JsonNode silent = version("\"ports\": 0");
        assertThat(silent.get("ports").asInt(-1)).isZero();
        assertThat(silent.has("setuid")).isFalse();
        assertThat(silent.has("outgoingMail")).isFalse();
        assertThat(create("web", "")).hasStatus(201);
    }

    @Test
    void allowSetuidProgramsOnlyIfTheySaySo() {
        version("\"setuid\": false");

        JsonNode refused = api.json(create("no", "\"privileges\": \"setuid\""));
        assertThat(pointers(refused)).containsExactly("/privileges");
        assertThat(create("none", "\"privileges\": \"none\"")).hasStatus(201);
        version("\"setuid\": true");
        assertThat(create("yes", "\"privileges\": \"setuid\"")).hasStatus(201);
        version("\"ports\": 0");
        assertThat(pointers(api.json(create("silent", "\"privileges\": \"setuid\""))))
                .containsExactly("/privileges");
    }

    @Test
    void allowOnlyTheTemplatesThatTheyName() {
        version("\"bases\": [\"template:debian\", \"template:alpine\"]");

        JsonNode refused = api.json(create("thin", "\"base\": \"thin\""));
        assertThat(pointers(refused)).containsExactly("/base");
        assertThat(refused.at("/errors/0/message").asString())
                .isEqualTo("must be 'template:debian' or 'template:alpine' in its plan");
        assertThat(pointers(api.json(create("other", "\"base\": \"template:fedora\""))))
                .contains("/base");
    }

    @Test
    void giveJailsTheirLimits() {
        JsonNode jail = api.json(create("web", ""));

        assertThat(jail.get("plan").asString()).isEqualTo(plan);
        assertThat(jail.get("planVersion").asInt()).isEqualTo(1);
        assertThat(jail.get("limits").toString())
                .isEqualTo("{\"memory\":536870912,\"processes\":100,\"cpuMillis\":500}");
        assertThat(api.json(create("small", "\"limits\": {\"memory\": \"64MiB\"}"))
                        .at("/limits/memory")
                        .asLong())
                .isEqualTo(64L << 20);
        JsonNode refused = api.json(create(
                "large",
                "\"limits\": {\"memory\": \"1GiB\"}, \"policy\": {\"profile\": \"system\"}, \"base\": \"directory\""));
        assertThat(refused.get("status").asInt()).isEqualTo(422);
        assertThat(pointers(refused)).containsExactly("/limits/memory", "/policy/profile", "/base");
        assertThat(refused.at("/errors/0/message").asString())
                .isEqualTo("asks for 1GiB of memory, but its plan has at most 512MiB of memory");
        JsonNode batch = api.lines(api.batch(
                        OPERATOR,
                        "?partial=true",
                        Map.of(),
                        body("batch", "\"limits\": {\"processes\": 200}").getBytes(StandardCharsets.UTF_8)))
                .getFirst();
        assertThat(batch.get("status").asInt()).isEqualTo(422);
    }

    @Test
    void holdAJailUntilItIsPutOnAnother() {
        String jail = "/api/v1/jails/" + api.json(create("web", "")).get("id").asString();
        version("\"limits\": {\"memory\": \"1GiB\"}, \"addresses\": 1");

        assertThat(api.json(api.get(OPERATOR, jail)).get("planVersion").asInt()).isEqualTo(1);
        JsonNode beyond = api.json(api.call(OPERATOR, HttpMethod.PATCH, jail, "{\"limits\": {\"memory\": \"1GiB\"}}"));
        assertThat(pointers(beyond)).containsExactly("/limits/memory");
        assertThat(api.call(OPERATOR, HttpMethod.PATCH, jail, "{\"limits\": {\"memory\": null}}"))
                .hasStatus(422);
        assertThat(api.call(OPERATOR, HttpMethod.PATCH, jail, "{\"plan\": null}"))
                .hasStatus(422);

        JsonNode shown = api.json(post(OPERATOR, jail + "/plan?dryRun=true", "{\"plan\": \"" + plan + "\"}"));
        assertThat(shown.at("/limits/memory").asLong()).isEqualTo(1L << 30);
        assertThat(shown.at("/restart/required").asBoolean())
                .as("limits change while the jail runs")
                .isFalse();
        JsonNode unchanged = api.json(api.get(OPERATOR, jail));
        assertThat(unchanged.get("generation").asInt()).isEqualTo(1);
        assertThat(unchanged.get("planVersion").asInt()).isEqualTo(1);

        MvcTestResult changed = post(OPERATOR, jail + "/plan", "{\"plan\": \"" + plan + "\"}");
        assertThat(changed).hasStatus(202);
        JsonNode after = api.json(api.get(OPERATOR, jail));
        assertThat(after.get("planVersion").asInt()).isEqualTo(2);
        assertThat(after.at("/limits/memory").asLong()).isEqualTo(1L << 30);
        assertThat(after.get("generation").asInt()).isEqualTo(2);
        assertThat(post(OPERATOR, jail + "/plan", "{\"plan\": null}")).hasStatus(202);
        assertThat(api.json(api.get(OPERATOR, jail)).has("plan")).isFalse();
    }

    @Test
    void nameWhatDoesNotFit() {
        String jail = "/api/v1/jails/"
                + api.json(post(
                                OPERATOR,
                                "/api/v1/jails",
                                "{\"name\": \"free\", \"customer\": \"" + customer + "\", \"host\": \"" + host
                                        + "\", \"base\": \"directory\"}"))
                        .get("id")
                        .asString();
        for (String query : List.of("?dryRun=true", "")) {
            JsonNode refused = api.json(post(OPERATOR, jail + "/plan" + query, "{\"plan\": \"" + plan + "\"}"));
            assertThat(refused.get("type").asString()).isEqualTo("/problems/plan-does-not-fit");
            assertThat(pointers(refused)).containsExactly("/base");
        }
        version("\"limits\": {\"memory\": \"1GiB\"}");
        api.call(OPERATOR, HttpMethod.PATCH, "/api/v1/customers/" + customer, "{\"quota\": {\"jails\": 1}}");
        assertThat(post(OPERATOR, jail + "/plan?dryRun=true", "{\"plan\": \"" + plan + "\"}"))
                .hasStatus(200);
        api.call(OPERATOR, HttpMethod.PATCH, "/api/v1/hosts/" + host, "{\"memoryOvercommit\": 0.1}");
        JsonNode full = api.json(post(OPERATOR, jail + "/plan?dryRun=true", "{\"plan\": \"" + plan + "\"}"));
        assertThat(full.get("type").asString()).isEqualTo("/problems/host-full");
        assertThat(full.at("/shortages/0/asked").asLong()).isEqualTo(1L << 30);
    }

    @Test
    void arePutOnTheirLatestVersionTogether() {
        List<String> all = List.of("a", "b", "c").stream()
                .map(name -> api.json(create(name, "")).get("id").asString())
                .sorted()
                .toList();
        version("\"limits\": {\"memory\": \"1GiB\"}");
        api.call(OPERATOR, HttpMethod.PATCH, "/api/v1/customers/" + customer, "{\"quota\": {\"memory\": \"2560MiB\"}}");

        MvcTestResult shown = post(OPERATOR, "/api/v1/plans/" + plan + "/apply?dryRun=true&limit=2", "");
        assertThat(shown.getResponse().getHeader("Link")).contains("next");
        assertThat(api.json(shown)
                        .get("items")
                        .valueStream()
                        .map(item -> item.get("id").asString()))
                .isEqualTo(all.subList(0, 2));
        assertThat(api.json(shown).at("/items/0/restart/required").asBoolean()).isFalse();

        JsonNode made =
                api.json(post(OPERATOR, "/api/v1/plans/" + plan + "/apply", "")).get("items");
        assertThat(made.valueStream().map(item -> item.has("problem"))).containsExactly(false, false, true);
        assertThat(made.at("/2/problem/type").asString()).isEqualTo("/problems/quota-exceeded");
        assertThat(made.at("/2/planVersion").asInt()).isEqualTo(1);
        JsonNode again = api.json(post(OPERATOR, "/api/v1/plans/" + plan + "/apply?dryRun=true", ""))
                .get("items");
        assertThat(again).hasSize(1);
        assertThat(again.at("/0/id").asString()).isEqualTo(all.getLast());
    }

    @Test
    void stayWithJailsThatAreSentBackOrMoved() {
        JsonNode created = api.json(create("web", ""));
        String jail = "/api/v1/jails/" + created.get("id").asString();
        ObjectNode document = (ObjectNode) api.json(api.get(OPERATOR, jail));
        document.put("hostname", "another");
        assertThat(api.call(OPERATOR, HttpMethod.PATCH, jail, document.toString()))
                .hasStatus(202);
        document.put("planVersion", 7);
        assertThat(pointers(api.json(api.call(OPERATOR, HttpMethod.PATCH, jail, document.toString()))))
                .contains("/planVersion");

        CustomerId other = fixtures.customer();
        assertThat(post(OPERATOR, jail + "/move", "{\"customer\": \"" + other + "\"}"))
                .hasStatus(202);
        JsonNode seen = api.json(api.get(somebodyOf(other), jail));
        assertThat(seen.get("plan").asString()).isEqualTo(plan);
        assertThat(seen.toString()).doesNotContain("S-1");
        assertThat(api.get(somebodyOf(other), "/api/v1/plans/" + plan)).hasStatus(403);
    }

    @Test
    void areNotSoldAnyMoreOnceRetired() {
        String jail = api.json(create("web", "")).get("id").asString();
        assertThat(api.call(BILLING, HttpMethod.DELETE, "/api/v1/plans/" + plan, ""))
                .hasStatusOk();

        assertThat(create("late", "")).hasStatus(422);
        assertThat(post(BILLING, "/api/v1/plans/" + plan + "/versions", "{}")).hasStatus(422);
        assertThat(api.json(api.get(OPERATOR, "/api/v1/jails/" + jail))
                        .get("plan")
                        .asString())
                .isEqualTo(plan);
    }

    @Test
    void addUpToTheDiskThatACustomerWasPromised() {
        quota("{\"disk\": \"15GiB\"}");
        String first = api.json(create("first", "")).get("id").asString();

        JsonNode refused = api.json(create("second", ""));
        assertThat(refused.get("type").asString()).isEqualTo("/problems/quota-exceeded");
        assertThat(refused.at("/errors/0/pointer").asString()).isEqualTo("/plan");
        assertThat(refused.get("detail").asString())
                .isEqualTo("The jail asks for 10GiB of disk, but the customer already has 10GiB of 15GiB of disk.");
        JsonNode without = api.json(post(
                OPERATOR,
                "/api/v1/jails",
                "{\"name\": \"free\", \"customer\": \"" + customer + "\", \"host\": \"" + host + "\"}"));
        assertThat(without.get("status").asInt()).isEqualTo(422);
        assertThat(pointers(without)).containsExactly("/plan");

        String jail = "/api/v1/jails/" + first + "/plan";
        version("\"disk\": \"20GiB\"");
        JsonNode larger = api.json(post(OPERATOR, jail, "{\"plan\": \"" + plan + "\"}"));
        assertThat(larger.at("/shortages/0").toString())
                .isEqualTo("{\"quota\":\"disk\",\"used\":10737418240,\"asked\":10737418240,\"bound\":16106127360}");
        assertThat(pointers(api.json(post(OPERATOR, jail, "{\"plan\": null}"))))
                .as("no plan")
                .containsExactly("/plan");
        version("\"disk\": \"15GiB\"");
        assertThat(post(OPERATOR, jail, "{\"plan\": \"" + plan + "\"}")).hasStatus(202);
        JsonNode usage = api.json(api.get(OPERATOR, "/api/v1/customers/" + customer + "/usage"));
        assertThat(usage.at("/used/disk").asLong()).isEqualTo(15L << 30);
        assertThat(usage.at("/used/withoutDisk").asInt()).isZero();

        JsonNode below = api.json(quota("{\"disk\": \"14GiB\"}"));
        assertThat(below.at("/errors/0/message").asString())
                .isEqualTo("would be 14GiB of disk, but the customer has 15GiB");
    }

    @Test
    void leaveNobodyMoreDiskThanTheQuotaWhenManyAskAtOnce() throws Exception {
        quota("{\"disk\": \"70GiB\"}");

        List<Integer> answers = new ArrayList<>();
        try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> asked = IntStream.range(0, 30)
                    .mapToObj(client -> clients.submit(
                            () -> create("jail-" + client, "").getResponse().getStatus()))
                    .toList();
            for (Future<Integer> one : asked) {
                answers.add(one.get(60, TimeUnit.SECONDS));
            }
        }

        assertThat(answers).filteredOn(status -> status == 201).hasSize(7);
        assertThat(answers).filteredOn(status -> status == 409).hasSize(23);
    }

    @Test
    void andQuotasAreSoldByBilling() {
        String jail = "/api/v1/jails/" + api.json(create("web", "")).get("id").asString();
        version("\"limits\": {\"memory\": \"1GiB\"}");
        String owner = "/api/v1/customers/" + customer;

        assertThat(post(BILLING, jail + "/plan", "{\"plan\": \"" + plan + "\"}"))
                .hasStatus(202);
        assertThat(post(BILLING, "/api/v1/plans/" + plan + "/apply", "")).hasStatusOk();
        assertThat(api.call(BILLING, HttpMethod.PATCH, owner, "{\"quota\": {\"jails\": 3}}"))
                .hasStatusOk();
        assertThat(api.json(api.get(BILLING, owner)).at("/quota/jails").asInt()).isEqualTo(3);
        assertThat(api.call(BILLING, HttpMethod.PATCH, owner, "{\"quota\": {\"jails\": 9}, \"name\": \"Other\"}"))
                .as("more than the quota")
                .hasStatus(403);
        assertThat(api.call(BILLING, HttpMethod.PATCH, jail, "{\"hostname\": \"other\"}"))
                .as("a definition")
                .hasStatus(403);
        assertThat(post(somebodyOf(customer), jail + "/plan", "{\"plan\": null}"))
                .hasStatus(403);
        Caller withoutPlans = OPERATOR.with(Set.of(Scope.CUSTOMERS_WRITE, Scope.CUSTOMERS_READ));
        assertThat(api.call(withoutPlans, HttpMethod.PATCH, owner, "{\"quota\": {\"jails\": 4}}"))
                .hasStatus(403);
        assertThat(api.call(
                        withoutPlans,
                        HttpMethod.POST,
                        "/api/v1/customers",
                        "{\"name\": \"x\", \"quota\": {\"jails\": 4}}"))
                .hasStatus(403);
    }

    private MvcTestResult quota(String quota) {
        return api.call(OPERATOR, HttpMethod.PATCH, "/api/v1/customers/" + customer, "{\"quota\": " + quota + "}");
    }

    private JsonNode version(String terms) {
        MvcTestResult made = post(BILLING, "/api/v1/plans/" + plan + "/versions", "{" + terms + "}");
        assertThat(made).hasStatusOk();
        return api.json(made).get("latest");
    }

    private MvcTestResult create(String name, String more) {
        return post(OPERATOR, "/api/v1/jails", body(name, more));
    }

    private String body(String name, String more) {
        return "{\"name\": \"" + name + "\", \"customer\": \"" + customer + "\", \"host\": \"" + host
                + "\", \"plan\": \"" + plan + "\"" + (more.isEmpty() ? "" : ", " + more) + "}";
    }

    private MvcTestResult post(Caller caller, String address, String body) {
        return api.call(caller, HttpMethod.POST, address, body);
    }

    private static List<String> pointers(JsonNode refused) {
        return refused.get("errors")
                .valueStream()
                .map(error -> error.get("pointer").asString())
                .toList();
    }
}
