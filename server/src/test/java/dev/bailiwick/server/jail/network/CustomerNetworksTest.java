package dev.bailiwick.server.jail.network;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.at;
import static dev.bailiwick.server.Fleet.named;
import static dev.bailiwick.server.Fleet.somebodyOf;
import static dev.bailiwick.server.Sealing.awaitNotified;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.SharedNetwork;
import dev.bailiwick.server.ApiClient;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.network.member.NetworkMembers;
import dev.bailiwick.server.notification.Notification.HostChanged;
import dev.bailiwick.server.notification.Notifications;
import dev.bailiwick.server.notification.Notifications.Subscription;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;

/** Networks of customers: who has which, which jails are members, and what each host has to know of that. */
@ServerTest
class CustomerNetworksTest {

    @Autowired
    private ApiClient api;

    @Autowired
    private Jails jails;

    @Autowired
    private NetworkMembers members;

    @Autowired
    private Notifications notifications;

    @Autowired
    private Fleet.Fixtures fixtures;

    @Autowired
    private JdbcClient jdbc;

    private HostId one = new HostId(UUID.randomUUID());
    private HostId two = new HostId(UUID.randomUUID());
    private String ofOne = "";
    private String ofTwo = "";
    private CustomerId customer = new CustomerId(UUID.randomUUID());
    private CustomerId stranger = new CustomerId(UUID.randomUUID());
    private Caller owner = OPERATOR;
    private JailId web = new JailId(UUID.randomUUID());
    private JailId data = new JailId(UUID.randomUUID());
    private JailId foreign = new JailId(UUID.randomUUID());
    private String network = "";

    @BeforeEach
    void makeJails() {
        one = fixtures.connectedHost();
        two = fixtures.connectedHost();
        ofOne = fixtures.pool(one);
        ofTwo = fixtures.pool(two);
        customer = fixtures.customer();
        stranger = fixtures.customer();
        owner = somebodyOf(customer);
        web = define(customer, one, "web", ofOne + "7");
        data = define(customer, two, "data", ofTwo + "8");
        foreign = define(stranger, two, "foreign", ofTwo + "9");
        network = created("inner");
    }

    private JailId define(CustomerId of, HostId host, String name, String address) {
        return jails.define(
                        OPERATOR, new NewJail(of, Optional.of(host), Optional.empty(), at(named(name), null, address)))
                .id();
    }

    private String created(String name) {
        MvcTestResult made = post("", "{\"name\": \"" + name + "\"}");
        assertThat(made).hasStatus(201);
        return api.json(made).get("id").asString();
    }

    @Test
    void areCreatedRenamedListedAndDeletedByTheOwnerOfTheCustomer() {
        created("data");
        assertThat(names()).containsExactly("data", "inner");
        MvcTestResult taken = post("", "{\"name\": \"data\"}");
        assertThat(taken).hasStatus(409);
        assertThat(api.json(taken).at("/errors/0/pointer").asString()).isEqualTo("/name");
        assertThat(call(HttpMethod.PATCH, "/" + network, "{\"name\": \"data\"}"))
                .hasStatus(409);
        assertThat(call(HttpMethod.PATCH, "/" + network, "{\"name\": \" wide \"}"))
                .hasStatus(200);
        assertThat(names()).containsExactly("data", "wide");
        assertThat(call(HttpMethod.DELETE, "/" + network, "")).hasStatus(204);
        assertThat(call(HttpMethod.DELETE, "/" + network, "")).hasStatus(404);
        assertThat(names()).containsExactly("data");
        assertThat(jdbc.sql("""
                                SELECT string_agg(action, ' ' ORDER BY at) FROM (
                                    SELECT action, at FROM audit_event WHERE subject_id = :id
                                    UNION ALL SELECT action, at FROM unsealed_event WHERE subject_id = :id) AS events
                                """).param("id", network).query(String.class).single())
                .isEqualTo("network.created network.renamed network.removed");
    }

    @Test
    void nameTheFieldThatIsWrong() {
        refused(422, "/name", post("", "{}"));
        refused(422, "/name", post("", "{\"name\": \"" + "x".repeat(101) + "\"}"));
        refused(422, "/name", post("", "{\"name\": \"a\\u0000b\"}"));
        refused(422, "/labels", post("", "{\"name\": \"x\", \"labels\": {}}"));
        refused(422, "/jails", add("[]"));
        refused(422, "/jails/0", add("[null]"));
        refused(422, "/jails/1", add("[\"" + web + "\", \"x\"]"));
        refused(422, "/jails/1", add("[\"" + web + "\", \"" + UUID.randomUUID() + "\"]"));
        assertThat(membersOf(network)).isEmpty();
    }

    @Test
    void haveOnlyJailsOfTheirCustomer() {
        refused(422, "/jails/1", add("[\"" + web + "\", \"" + foreign + "\"]"));
        refused(
                422,
                "/jails/0",
                api.call(
                        OPERATOR,
                        HttpMethod.POST,
                        path("/" + network + "/jails"),
                        "{\"jails\": [\"" + foreign + "\"]}"));
        assertThat(membersOf(network)).isEmpty();
        assertThat(api.get(somebodyOf(stranger), path(""))).hasStatus(404);
        assertThat(api.call(somebodyOf(stranger), HttpMethod.POST, path(""), "{\"name\": \"x\"}"))
                .hasStatus(404);
        String elsewhere = "/api/v1/customers/" + stranger + "/networks/" + network;
        assertThat(api.get(OPERATOR, elsewhere)).as("under another customer").hasStatus(404);
        assertThat(api.call(OPERATOR, HttpMethod.DELETE, elsewhere, "")).hasStatus(404);
    }

    /** Whatever code does. */
    @Test
    void theDatabaseRefusesAForeignJail() {
        assertThatThrownBy(() -> jdbc.sql("INSERT INTO network_member VALUES (?::uuid, ?)")
                        .params(network, foreign.value())
                        .update())
                .hasMessageContaining("is not one of the customer");
    }

    @Test
    void tellEachHostItsMembersAndTheAddressesOfTheOthers() {
        JailId mail = define(customer, one, "mail", ofOne + "9");
        assertThat(members.of(one)).as("without members").isEmpty();
        assertThat(add(list(web, data))).hasStatus(200);
        assertThat(add(list(web))).as("once more").hasStatus(200);
        assertThat(members.of(one)).containsExactly(onHost(Set.of(web), ofTwo + "8"));
        assertThat(members.of(two)).containsExactly(onHost(Set.of(data), ofOne + "7"));
        assertThat(add(list(mail))).hasStatus(200);
        assertThat(membersOf(network)).containsExactly(data.toString(), mail.toString(), web.toString());
        assertThat(members.of(two)).containsExactly(onHost(Set.of(data), ofOne + "7", ofOne + "9"));
        assertThat(call(HttpMethod.DELETE, "/" + network + "/jails/" + web, "")).hasStatus(204);
        assertThat(call(HttpMethod.DELETE, "/" + network + "/jails/" + web, "")).hasStatus(204);
        assertThat(members.of(two)).containsExactly(onHost(Set.of(data), ofOne + "9"));
        assertThat(members.of(fixtures.connectedHost())).isEmpty();
    }

    @Test
    void followAJailThatChangesItsAddressMovesOrIsRemoved() throws InterruptedException {
        assertThat(add(list(web, data))).hasStatus(200);
        notified(one, () -> patch(data, "{\"ip\": [\"" + ofTwo + "20\"]}"));
        assertThat(members.of(one)).containsExactly(onHost(Set.of(web), ofTwo + "20"));

        notified(
                one,
                () -> assertThat(api.call(OPERATOR, HttpMethod.DELETE, "/api/v1/jails/" + data, ""))
                        .hasStatus(202));
        assertThat(members.of(one)).containsExactly(onHost(Set.of(web)));
        assertThat(members.of(two)).as("while it is removed").containsExactly(onHost(Set.of(data), ofOne + "7"));
        refused(422, "/jails/0", add(list(data)));
        jdbc.sql("DELETE FROM jail WHERE id = ?").param(data.value()).update();
        assertThat(members.of(two)).isEmpty();

        JailId mail = define(customer, two, "mail", ofTwo + "30");
        assertThat(add(list(mail))).hasStatus(200);
        notified(one, () -> moved(mail, stranger));
        assertThat(members.of(one)).containsExactly(onHost(Set.of(web)));
        assertThat(members.of(two)).isEmpty();
        moved(mail, customer);
        assertThat(members.of(two)).as("it does not come back by itself").isEmpty();
    }

    @Test
    void hostsAreNotifiedOfEachChange() throws InterruptedException {
        notified(one, () -> add(list(web)));
        notified(one, () -> add(list(data)));
        notified(two, () -> call(HttpMethod.DELETE, "/" + network + "/jails/" + web, ""));
        add(list(web));
        notified(one, () -> call(HttpMethod.DELETE, "/" + network + "/jails/" + web, ""));
        add(list(web));
        notified(two, () -> call(HttpMethod.DELETE, "/" + network, ""));
        assertThat(members.of(two)).isEmpty();
    }

    @Test
    void haveBounds() {
        List<String> more = IntStream.range(0, SharedNetwork.MAX_OF_JAIL)
                .mapToObj(number -> created("more " + number))
                .toList();
        more.forEach(id -> assertThat(call(HttpMethod.POST, "/" + id + "/jails", jailsOf(web)))
                .hasStatus(200));
        refused(409, "/jails/1", add(list(data, web)));
        assertThat(membersOf(network)).isEmpty();
        assertThat(call(HttpMethod.POST, "/" + more.getFirst() + "/jails", jailsOf(web)))
                .as("where it is a member already")
                .hasStatus(200);
        jdbc.sql("INSERT INTO network SELECT gen_random_uuid(), ?, 'n' || i, now() FROM generate_series(1, 91) AS i")
                .param(customer.value())
                .update();
        MvcTestResult beyond = post("", "{\"name\": \"beyond\"}");
        assertThat(beyond).hasStatus(409);
        assertThat(api.json(beyond).get("type").asString()).endsWith("too-many-networks");
    }

    @Test
    void parallelChangesKeepTheBoundsAndTheCustomer() throws Exception {
        List<String> many = IntStream.range(0, 2 * SharedNetwork.MAX_OF_JAIL)
                .mapToObj(number -> created("many " + number))
                .toList();
        inParallel(many.stream()
                .<Runnable>map(id -> () -> assertThat(call(HttpMethod.POST, "/" + id + "/jails", jailsOf(web))
                                .getResponse()
                                .getStatus())
                        .isIn(200, 409))
                .toList());
        assertThat(jdbc.sql("SELECT count(*) FROM network_member WHERE jail_id = ?")
                        .param(web.value())
                        .query(Integer.class)
                        .single())
                .isEqualTo(SharedNetwork.MAX_OF_JAIL);

        // Whichever comes first, a jail of another customer is no member.
        List<Runnable> all = new ArrayList<>(List.of(() -> moved(data, stranger)));
        many.forEach(id -> all.add(() -> call(HttpMethod.POST, "/" + id + "/jails", jailsOf(data))));
        inParallel(all);
        assertThat(jdbc.sql("SELECT count(*) FROM network_member WHERE jail_id = ?")
                        .param(data.value())
                        .query(Integer.class)
                        .single())
                .isZero();
    }

    private static void inParallel(List<Runnable> works) throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            works.forEach(work -> all.add(threads.submit(work)));
            for (Future<?> each : all) {
                each.get();
            }
        }
    }

    /** Runs a change, and expects that the session of the host would send it. */
    private void notified(HostId host, Runnable change) throws InterruptedException {
        awaitNotified(jdbc, notifications);
        CountDownLatch wakes = new CountDownLatch(1);
        try (Subscription _ = notifications.onHostChanged(
                host,
                revision -> {
                    if (revision == HostChanged.ANY) {
                        wakes.countDown();
                    }
                },
                () -> {})) {
            change.run();
            assertThat(wakes.await(60, TimeUnit.SECONDS)).as("notified").isTrue();
        }
    }

    private void patch(JailId jail, String change) {
        assertThat(api.call(
                        OPERATOR,
                        HttpMethod.PATCH,
                        "/api/v1/jails/" + jail,
                        Map.of("Content-Type", "application/merge-patch+json"),
                        change))
                .hasStatus(202);
    }

    private void moved(JailId jail, CustomerId to) {
        assertThat(api.call(
                        OPERATOR, HttpMethod.POST, "/api/v1/jails/" + jail + "/move", "{\"customer\": \"" + to + "\"}"))
                .hasStatus(202);
    }

    private SharedNetwork onHost(Set<JailId> here, String... elsewhere) {
        Set<IpAddress> addresses = new HashSet<>();
        for (String address : elsewhere) {
            addresses.add(IpAddress.parse(address));
        }
        return new SharedNetwork(network, customer.toString(), here, addresses);
    }

    private List<String> names() {
        return api.json(call(HttpMethod.GET, "", ""))
                .get("items")
                .valueStream()
                .map(item -> item.get("name").asString())
                .toList();
    }

    private List<String> membersOf(String id) {
        JsonNode found = api.json(call(HttpMethod.GET, "/" + id, ""));
        List<String> ids =
                found.get("jails").valueStream().map(JsonNode::asString).toList();
        assertThat(found.get("members").asInt()).isEqualTo(ids.size());
        return ids;
    }

    private static String list(JailId... jails) {
        return Arrays.stream(jails).map(jail -> "\"" + jail + "\"").collect(Collectors.joining(", ", "[", "]"));
    }

    private static String jailsOf(JailId... jails) {
        return "{\"jails\": " + list(jails) + "}";
    }

    private MvcTestResult add(String jailIds) {
        return call(HttpMethod.POST, "/" + network + "/jails", "{\"jails\": " + jailIds + "}");
    }

    private MvcTestResult post(String address, String body) {
        return call(HttpMethod.POST, address, body);
    }

    private MvcTestResult call(HttpMethod method, String address, String body) {
        return api.call(owner, method, path(address), body);
    }

    private String path(String address) {
        return "/api/v1/customers/" + customer + "/networks" + address;
    }

    private void refused(int status, String pointer, MvcTestResult answer) {
        assertThat(answer).hasStatus(status);
        assertThat(api.json(answer).at("/errors/0/pointer").asString()).isEqualTo(pointer);
    }
}
