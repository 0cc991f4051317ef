package dev.bailiwick.server.plan;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.somebodyOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpMethod;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Plans and their versions, and the jails that are on them. */
class PlansTest extends WithPlan {

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
        assertThat(pointers(api.json(post(OPERATOR, jail + "/plan", "{}")))).containsExactly("/plan");
        assertThat(post(OPERATOR, jail + "/plan", "{\"plan\": null}")).hasStatus(202);
        assertThat(api.json(api.get(OPERATOR, jail)).has("plan")).isFalse();
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
}
