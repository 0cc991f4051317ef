package dev.bailiwick.server.network;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.IpAddresses;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.DesiredJail.FilesFate;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.server.ApiClient;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.jail.JailActions;
import dev.bailiwick.server.jail.JailReports;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;

/** Released addresses rest: nobody but the customer who had one gets it until the quarantine of the pool has passed. */
@ServerTest
class QuarantineTest {

    private static final AtomicInteger NETWORKS = new AtomicInteger(90);

    @Autowired
    private ApiClient api;

    @Autowired
    private JailActions actions;

    @Autowired
    private JailReports reports;

    @Autowired
    private Quarantine quarantine;

    @Autowired
    private Addresses addresses;

    @Autowired
    private Fleet.Fixtures fixtures;

    @Autowired
    private JdbcClient jdbc;

    private HostId host = new HostId(UUID.randomUUID());
    private CustomerId anna = new CustomerId(UUID.randomUUID());
    private CustomerId berta = new CustomerId(UUID.randomUUID());
    private String pool = "";

    /** The two addresses of the pool. */
    private String first = "";

    private String second = "";

    /** Pools of other tests, from which the host would also get addresses. */
    private List<UUID> shared = List.of();

    @AfterEach
    void giveBackTheSharedPools() {
        shared.forEach(other -> jdbc.sql("UPDATE address_pool SET host_id = NULL WHERE id = ?")
                .param(other)
                .update());
    }

    @BeforeEach
    void aPoolOfTwoAddressesOfWhichOneRests() {
        host = fixtures.connectedHost();
        shared = jdbc.sql("UPDATE address_pool SET host_id = ? WHERE host_id IS NULL RETURNING id")
                .param(fixtures.host().value())
                .query((row, number) -> row.getObject("id", UUID.class))
                .list();
        anna = fixtures.customer();
        berta = fixtures.customer();
        String network = "192.168." + NETWORKS.incrementAndGet() + ".";
        first = network + "1";
        second = network + "2";
        JsonNode made =
                api.json(post("/api/v1/pools", "{\"range\": \"%s0/30\", \"host\": \"%s\"}".formatted(network, host)));
        assertThat(made.get("quarantine").asInt()).as("hours").isEqualTo(24);
        pool = "/api/v1/pools/" + made.get("id").asString();
        String web = made(create(anna, "web", first));
        create(berta, "shop", second);
        remove(web);
    }

    @Test
    void isRoomForItsCustomerWhenAHostIsChosen() {
        PoolSpace space = addresses.space();
        AddressChoices one = new AddressChoices(AddressChoices.Primary.CHOSEN, Map.of());

        assertThat(space.hasRoom(berta, host, IpAddresses.of("192.0.0.1"), one)).isFalse();
        assertThat(space.hasRoom(anna, host, IpAddresses.of("192.0.0.1"), one)).isTrue();
        assertThat(space.hasRoom(anna, host, IpAddresses.of("192.0.0.1"), one)).isTrue();
        space.count(anna, host, one);
        assertThat(space.hasRoom(anna, host, IpAddresses.of("192.0.0.1"), one)).isFalse();
    }

    @Test
    void isNotChosenAndTheRefusalSaysUntilWhen() {
        JsonNode resting = resting().get(0);
        assertThat(resting.get("address").asString()).isEqualTo(first);
        assertThat(resting.get("jailName").asString()).isEqualTo("web");
        assertThat(resting.get("customer").asString()).isEqualTo(anna.toString());
        Instant until = Instant.parse(resting.get("until").asString());
        assertThat(until)
                .isEqualTo(Instant.parse(resting.get("releasedAt").asString()).plus(Duration.ofDays(1)))
                .isAfter(Instant.now().plus(Duration.ofHours(23)));
        JsonNode shown = api.json(api.get(OPERATOR, pool));
        assertThat(shown.get("taken").asInt()).isEqualTo(1);
        assertThat(shown.get("resting").asInt()).isEqualTo(1);

        JsonNode refused = api.json(create(berta, "blog", null));
        assertThat(refused.get("type").asString()).isEqualTo("/problems/pools-exhausted");
        assertThat(refused.get("detail").asString()).contains("All free IPv4 addresses rest", from(until));
        assertThat(refused.at("/errors/0/message").asString()).contains("rests until " + from(until));
        assertThat(api.json(post(
                                "/api/v1/jails",
                                "{\"name\": \"anywhere\", \"customer\": \"" + berta + "\", \"host\": \"" + host
                                        + "\"}"))
                        .get("status")
                        .asInt())
                .isEqualTo(409);
    }

    @Test
    void isChosenAgainForTheCustomerWhoHadIt() {
        assertThat(addressOf(made(create(anna, "web", null)))).isEqualTo(first);
        assertThat(post(
                        "/api/v1/pools",
                        "{\"range\": \"%s8/29\", \"host\": \"%s\"}"
                                .formatted(first.substring(0, first.length() - 1), host)))
                .hasStatus(201);
        Set<String> taken = new HashSet<>();
        // More than the six addresses of the pool.
        for (int run = 0; run < 8; run++) {
            String jail = made(create(anna, "run-" + run, null));
            taken.add(addressOf(jail));
            remove(jail);
        }
        assertThat(taken).hasSize(1);
        assertThat(taken).doesNotContain(addressOf(made(create(berta, "blog", null))));
    }

    private String addressOf(String jail) {
        return jdbc.sql("SELECT host(address) FROM jail_address WHERE jail_id = ?::uuid")
                .param(jail)
                .query(String.class)
                .single();
    }

    @Test
    void isGivenByNameToTheCustomerWhoHadItAndToNoOther() {
        JsonNode refused = api.json(create(berta, "blog", first));
        assertThat(refused.get("type").asString()).isEqualTo("/problems/address-taken");
        assertThat(refused.at("/errors/0/pointer").asString()).isEqualTo("/ip/0");
        assertThat(refused.at("/errors/0/message").asString()).startsWith("rests until ");
        JsonNode line = api.lines(api.batch(
                        OPERATOR,
                        "?partial=true",
                        Map.of(),
                        body(berta, "blog", first).getBytes(StandardCharsets.UTF_8)))
                .getFirst();
        assertThat(line.get("status").asInt()).isEqualTo(409);
        assertThat(resting()).as("after a line of a batch was refused").hasSize(1);

        String web = made(create(anna, "web", first));
        assertThat(resting()).isEmpty();
        actions.move(OPERATOR, JailId.parse(web), berta);
        assertThat(api.call(OPERATOR, HttpMethod.PATCH, "/api/v1/jails/" + web, "{\"hostname\": \"b.example\"}"))
                .as("the jail keeps it with another customer")
                .hasStatus(202);
    }

    @Test
    void isFreedByStaff() {
        JsonNode freed =
                api.json(post(pool + "/resting:free", "{\"addresses\": [\"" + first + "\", \"" + second + "\"]}"));
        assertThat(freed.toString()).isEqualTo("{\"freed\":[\"" + first + "\"]}");
        assertThat(resting()).isEmpty();
        assertThat(made(create(berta, "blog", null))).isNotEmpty();

        for (String wrong :
                List.of("{}", "{\"addresses\": []}", "{\"addresses\": [\"x\"]}", "{\"addresses\": [null]}")) {
            MvcTestResult refused = post(pool + "/resting:free", wrong);
            assertThat(refused).as(wrong).hasStatus(422);
            assertThat(api.json(refused).at("/errors/0/pointer").asString()).startsWith("/addresses");
        }
    }

    @Test
    void restsAsLongAsThePoolSays() {
        for (String wrong : List.of("-1", "8761", "\"long\"", "1.5")) {
            MvcTestResult refused = patch("{\"quarantine\": " + wrong + "}");
            assertThat(refused).as(wrong).hasStatus(422);
            assertThat(api.json(refused).at("/errors/0/pointer").asString()).isEqualTo("/quarantine");
        }
        jdbc.sql("UPDATE resting_address SET released_at = now() - interval '25 hours' WHERE address = ?::inet")
                .param(first)
                .update();
        assertThat(resting()).isEmpty();
        assertThat(patch("{\"quarantine\": 26}")).hasStatusOk();
        assertThat(resting()).as("a change counts for what rests").hasSize(1);
        quarantine.forgetRested();
        assertThat(resting()).hasSize(1);
        assertThat(patch("{\"quarantine\": 0}")).hasStatusOk();
        assertThat(resting()).isEmpty();
        String blog = made(create(berta, "blog", null));
        remove(blog);
        assertThat(made(create(anna, "blog", first))).isNotEmpty();
    }

    @Test
    void restsAfterAJailHasGivenItUp() {
        assertThat(api.call(OPERATOR, HttpMethod.POST, pool + "/resting:free", "{\"addresses\": [\"" + first + "\"]}"))
                .hasStatusOk();
        String blog = made(create(anna, "blog", first));
        String shop = jdbc.sql("SELECT jail_id::text FROM jail_address WHERE address = ?::inet")
                .param(second)
                .query(String.class)
                .single();
        remove(shop);
        assertThat(post(pool + "/resting:free", "{\"addresses\": [\"" + second + "\"]}"))
                .hasStatusOk();
        assertThat(api.call(OPERATOR, HttpMethod.PATCH, "/api/v1/jails/" + blog, "{\"ip\": [\"" + second + "\"]}"))
                .hasStatus(202);
        assertThat(resting()).as("its host may still use it").isEmpty();
        reports.apply(host, List.of(Fleet.report(JailId.parse(blog), 2, Phase.RUNNING, Instant.now())));
        assertThat(resting().get(0).get("jail").asString()).isEqualTo(blog);
    }

    @Test
    void isShownOnThePageOfThePool() {
        String page = pool.replace("/api/v1", "");
        assertThat(text(api.get(OPERATOR, page)))
                .contains("Resting addresses", ">" + first + "<", ">web<", "Customer " + anna, "in 1 day")
                .contains("name=\"quarantine\"", "value=\"24\"");
        MvcTestResult refused = form(page + "/quarantine", "quarantine=much");
        assertThat(refused).hasStatus(422);
        assertThat(text(refused)).contains("quarantine-error", "must be 0 to 8760 hours", "value=\"much\"");
        assertThat(form(page + "/quarantine", "quarantine=48")).hasStatus(302);
        assertThat(api.json(api.get(OPERATOR, pool)).get("quarantine").asInt()).isEqualTo(48);
        assertThat(form(page + "/resting/free", "address=" + first)).hasStatus(302);
        assertThat(text(api.get(OPERATOR, page))).contains("No address rests");
        assertThat(form(page + "/resting/free", "address=x")).hasStatus(422);
    }

    private JsonNode resting() {
        return api.json(api.get(OPERATOR, pool + "/resting")).get("items");
    }

    private static String from(Instant until) {
        return until.plusMillis(999).toString().substring(0, 19);
    }

    private void remove(String jail) {
        actions.retire(OPERATOR, JailId.parse(jail), FilesFate.DELETED);
        reports.apply(host, List.of(Fleet.report(JailId.parse(jail), 2, Phase.REMOVED, Instant.now())));
    }

    private String body(CustomerId customer, String name, @Nullable String address) {
        return "{\"name\": \"%s\", \"customer\": \"%s\", \"host\": \"%s\", \"ip\": [\"%s\"]}"
                .formatted(name, customer, host, address == null ? "auto" : address);
    }

    private MvcTestResult create(CustomerId customer, String name, @Nullable String address) {
        return post("/api/v1/jails", body(customer, name, address));
    }

    private String made(MvcTestResult created) {
        assertThat(created).hasStatus(201);
        return api.json(created).get("id").asString();
    }

    private MvcTestResult post(String path, String body) {
        return api.call(OPERATOR, HttpMethod.POST, path, body);
    }

    private MvcTestResult patch(String body) {
        return api.call(OPERATOR, HttpMethod.PATCH, pool, body);
    }

    private MvcTestResult form(String path, String fields) {
        return api.call(OPERATOR, HttpMethod.POST, path + "?" + fields, "");
    }

    private static String text(MvcTestResult page) {
        return new String(page.getResponse().getContentAsByteArray(), StandardCharsets.UTF_8);
    }
}
