package dev.bailiwick.server.account.member;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.ApiClient;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.jail.JailActions;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.placement.NewJail;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;

/** Who belongs to a customer, and what a colleague sees and does. Callers are read from the database, as for each request. */
@ServerTest
class MembersTest {

    private static final String PASSWORD = "long enough for all";

    @Autowired
    private ApiClient api;

    @Autowired
    private Users users;

    @Autowired
    private Jails jails;

    @Autowired
    private JailActions actions;

    @Autowired
    private Fleet.Fixtures fixtures;

    @Autowired
    private JdbcClient jdbc;

    private HostId host = new HostId(UUID.randomUUID());
    private CustomerId customer = CustomerId.fresh();
    private CustomerId other = CustomerId.fresh();
    private JailId shop = new JailId(UUID.randomUUID());
    private JailId mail = new JailId(UUID.randomUUID());
    private JailId foreign = new JailId(UUID.randomUUID());
    private UserId owner = UserId.fresh();
    private UserId colleague = UserId.fresh();

    @BeforeEach
    void twoCustomers() {
        host = fixtures.connectedHostWithPool();
        customer = fixtures.customer();
        other = fixtures.customer();
        shop = jail(customer, "shop");
        mail = jail(customer, "mail");
        foreign = jail(other, "foreign");
        owner = user(customer);
        colleague = user(other);
    }

    private JailId jail(CustomerId of, String name) {
        return jails.define(OPERATOR, new NewJail(of, Optional.of(host), Optional.empty(), Fleet.named(name)))
                .id();
    }

    private UserId user(CustomerId of) {
        return users.create(OPERATOR, "m-" + UUID.randomUUID(), PASSWORD, new Membership.Of(of))
                .id();
    }

    private Caller as(UserId user) {
        return users.inSession(user).orElseThrow();
    }

    private MvcTestResult put(Caller caller, UserId user, String body) {
        return api.call(caller, HttpMethod.PUT, address(user), body);
    }

    private String address(UserId user) {
        return "/api/v1/customers/" + customer + "/members/" + user;
    }

    private static String colleagueOf(JailId jail, String rights) {
        return "{\"role\": \"colleague\", \"jails\": [{\"jail\": \"" + jail + "\", \"rights\": [" + rights + "]}]}";
    }

    private List<String> listed(Caller caller, String query) {
        JsonNode list = api.json(api.get(caller, "/api/v1/jails?sort=name" + query));
        return StreamSupport.stream(list.get("items").spliterator(), false)
                .map(jail -> jail.get("name").asString())
                .toList();
    }

    @Test
    void colleagueSeesChosenJailsAndDoesWhatWasChosen() {
        assertThat(put(OPERATOR, colleague, colleagueOf(shop, "\"power\""))).hasStatus(200);
        Caller caller = as(colleague);

        assertThat(listed(caller, "")).containsExactly("foreign", "shop");
        assertThat(listed(caller, "&customer=" + customer)).containsExactly("shop");
        assertThat(api.get(caller, "/api/v1/jails/" + shop)).hasStatus(200);
        assertThat(api.get(caller, "/api/v1/jails/" + mail)).hasStatus(404);
        assertThat(api.call(caller, HttpMethod.POST, "/api/v1/jails/" + shop + "/stop", ""))
                .hasStatus2xxSuccessful();
        assertThat(api.call(caller, HttpMethod.POST, "/api/v1/jails/" + mail + "/stop", ""))
                .hasStatus(404);
        assertThat(patch(caller, shop, "{\"command\": [\"/bin/true\"]}")).hasStatus(403);
        // The other membership gives its own rights, and no more there.
        assertThat(patch(caller, foreign, "{\"command\": [\"/bin/true\"]}")).hasStatus2xxSuccessful();
        assertThat(api.get(caller, "/api/v1/customers/" + customer + "/members"))
                .hasStatus(403);
    }

    private MvcTestResult patch(Caller caller, JailId jail, String body) {
        return api.call(
                caller,
                HttpMethod.PATCH,
                "/api/v1/jails/" + jail,
                Map.of("Content-Type", "application/merge-patch+json"),
                body);
    }

    @Test
    void rightsEndWithTheJailsMoveAndWithTheMembership() {
        assertThat(put(OPERATOR, colleague, colleagueOf(shop, ""))).hasStatus(200);
        assertThat(api.get(as(colleague), "/api/v1/jails/" + shop)).hasStatus(200);
        long before = as(colleague).access().version();

        actions.move(OPERATOR, shop, fixtures.customer());

        assertThat(api.get(as(colleague), "/api/v1/jails/" + shop)).hasStatus(404);
        assertThat(as(colleague).access().version()).isGreaterThan(before);

        assertThat(put(OPERATOR, colleague, colleagueOf(mail, ""))).hasStatus(200);
        assertThat(api.get(as(colleague), "/api/v1/jails/" + mail)).hasStatus(200);
        before = as(colleague).access().version();
        assertThat(api.call(as(owner), HttpMethod.DELETE, address(colleague), ""))
                .hasStatus(204);
        assertThat(api.get(as(colleague), "/api/v1/jails/" + mail)).hasStatus(404);
        assertThat(as(colleague).access().version()).isGreaterThan(before);
        assertThat(listed(as(colleague), "")).containsExactly("foreign");
    }

    @Test
    void ownerChangesThePeopleOfTheCustomerAndAddsNobody() {
        assertThat(put(as(owner), colleague, colleagueOf(shop, ""))).hasStatus(404);
        put(OPERATOR, colleague, colleagueOf(shop, ""));
        assertThat(put(as(owner), colleague, colleagueOf(mail, "\"configure\"")))
                .hasStatus(200);
        assertThat(patch(as(colleague), mail, "{\"command\": [\"/bin/true\"]}")).hasStatus2xxSuccessful();
        assertThat(patch(as(colleague), mail, "{\"hostname\": \"else.example\"}"))
                .hasStatus(403);
        assertThat(put(as(colleague), owner, "{\"role\": \"owner\"}")).hasStatus(403);
        MvcTestResult last = put(as(owner), owner, "{\"role\": \"colleague\"}");
        assertThat(last).hasStatus(409);
        assertThat(api.json(last).get("type").asString()).endsWith("last-customer-owner");
        assertThat(api.call(as(owner), HttpMethod.DELETE, address(owner), "")).hasStatus(409);
        MvcTestResult list = api.get(as(owner), "/api/v1/customers/" + customer + "/members?limit=1");
        assertThat(api.json(list).get("items")).hasSize(1);
        assertThat(list.getResponse().getHeader("Link")).contains("rel=\"next\"");
    }

    @Test
    void namesWhatIsWrong() {
        Map<String, String> wrong = Map.of(
                "{}",
                "/role",
                "{\"role\": \"boss\"}",
                "/role",
                "{\"role\": 0}",
                "/role",
                "{\"role\": \"0\"}",
                "/role",
                "{\"role\": \"owner\", \"jails\": [{\"jail\": \"" + shop + "\"}]}",
                "/jails",
                "{\"role\": \"colleague\", \"jails\": [null]}",
                "/jails/0/jail",
                colleagueOf(foreign, ""),
                "/jails/0/jail",
                colleagueOf(new JailId(UUID.randomUUID()), ""),
                "/jails/0/jail",
                colleagueOf(shop, "\"define\""),
                "/jails/0/rights");
        wrong.forEach((body, pointer) -> {
            MvcTestResult answer = put(OPERATOR, colleague, body);
            assertThat(answer).as(body).hasStatus(422);
            assertThat(api.json(answer).get("errors").get(0).get("pointer").asString())
                    .as(body)
                    .isEqualTo(pointer);
        });
        assertThat(listed(as(colleague), "")).containsExactly("foreign");
    }

    @Test
    void staffWithoutTheRightDoesNotManagePeople() {
        UserId support = users.create(OPERATOR, "s-" + UUID.randomUUID(), PASSWORD, new Membership.Staff(Role.SUPPORT))
                .id();
        Caller caller = as(support);

        assertThat(api.get(caller, "/api/v1/jails/" + shop)).hasStatus(200);
        assertThat(api.get(caller, "/api/v1/hosts")).hasStatus(200);
        assertThat(put(caller, colleague, colleagueOf(shop, ""))).hasStatus(403);
        assertThat(api.call(caller, HttpMethod.POST, "/api/v1/jails/" + shop + "/stop", ""))
                .hasStatus(403);
        assertThat(patch(caller, shop, "{\"command\": [\"/bin/true\"]}")).hasStatus(403);
        // Staff does not become a member.
        assertThat(put(OPERATOR, support, "{\"role\": \"owner\"}")).hasStatus(404);
    }

    @Test
    void changeOfARoleTakesEffectAtOnce() {
        UserId user = users.create(OPERATOR, "s-" + UUID.randomUUID(), PASSWORD, new Membership.Staff(Role.OPERATOR))
                .id();
        long before = as(user).access().version();
        MvcTestResult changed = api.call(
                OPERATOR,
                HttpMethod.PATCH,
                "/api/v1/users/" + user,
                Map.of("Content-Type", "application/merge-patch+json"),
                "{\"role\": \"support\"}");

        assertThat(changed).hasStatus(200);
        assertThat(as(user).role()).isEqualTo(Role.SUPPORT);
        assertThat(as(user).access().version()).isGreaterThan(before);
        assertThat(api.call(
                        as(user),
                        HttpMethod.PATCH,
                        "/api/v1/users/" + user,
                        Map.of("Content-Type", "application/merge-patch+json"),
                        "{\"role\": \"owner\"}"))
                .hasStatus(403);
        assertThat(jdbc.sql("""
                                SELECT count(*) FROM (
                                    SELECT subject_id, action FROM unsealed_event UNION ALL SELECT subject_id, action FROM audit_event
                                ) AS events WHERE subject_id = ? AND action = 'user.role-changed'
                                """).param(user.toString()).query(Integer.class).single())
                .isEqualTo(1);
    }
}
