package dev.bailiwick.server.network;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.at;
import static dev.bailiwick.server.Fleet.named;
import static dev.bailiwick.server.Fleet.somebodyOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.DesiredJail.FilesFate;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.server.ApiClient;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.jail.JailActions;
import dev.bailiwick.server.jail.JailReports;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.network.reverse.ReverseName;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;

/** The names to which addresses of jails lead in DNS. */
@ServerTest
class ReverseNamesTest {

    @Autowired
    private ApiClient api;

    @Autowired
    private Jails jails;

    @Autowired
    private JailActions actions;

    @Autowired
    private JailReports reports;

    @Autowired
    private Fleet.Fixtures fixtures;

    @Autowired
    private JdbcClient jdbc;

    private HostId host = new HostId(UUID.randomUUID());
    private CustomerId customer = new CustomerId(UUID.randomUUID());
    private JailId jail = new JailId(UUID.randomUUID());
    private String start = "";
    private String pool = "";

    @BeforeEach
    void aJailWithThreeAddresses() {
        host = fixtures.connectedHost();
        start = fixtures.pool(host);
        customer = fixtures.customer();
        jail = jails.define(
                        OPERATOR,
                        new NewJail(
                                customer,
                                Optional.of(host),
                                Optional.empty(),
                                at(named("web"), null, start + "7")
                                        .with(List.of(start + "7"), List.of(start + "8", start + "9"))))
                .id();
        pool = "/api/v1/pools/"
                + jdbc.sql("SELECT id::text FROM address_pool WHERE host_id = ?")
                        .param(host.value())
                        .query(String.class)
                        .single();
    }

    @Test
    void areSetListedAndExported() {
        JsonNode answer = api.json(name(OPERATOR, start + "8", "\"Mail.Example.ORG.\""));
        assertThat(answer.get("items").toString())
                .isEqualTo(("[{\"address\":\"%1$s7\",\"role\":\"primary\"},"
                                + "{\"address\":\"%1$s8\",\"role\":\"additional\",\"name\":\"mail.example.org\"},"
                                + "{\"address\":\"%1$s9\",\"role\":\"additional\"}]")
                        .formatted(start));
        assertThat(name(somebodyOf(customer), start + "7", "\"www.example.org\""))
                .hasStatusOk();
        assertThat(api.json(api.get(OPERATOR, "/api/v1/jails/" + jail + "/addresses")))
                .isEqualTo(api.json(api.get(somebodyOf(customer), "/api/v1/jails/" + jail + "/addresses")));
        assertThat(events()).containsExactly("jail.reverse-name-set", "jail.reverse-name-set");
        assertThat(name(OPERATOR, start + "7", "\"www.example.org\"")).hasStatusOk();
        assertThat(events()).as("nothing has changed").hasSize(2);

        String owner = "."
                + String.join(".", List.of(start.split("\\.", -1)).subList(0, 3).reversed()) + ".in-addr.arpa.";
        MvcTestResult zone = api.get(OPERATOR, pool + "/reverse-zone");
        assertThat(zone.getResponse().getContentType()).startsWith("text/dns");
        assertThat(text(zone))
                .isEqualTo(
                        "7" + owner + " 3600 IN PTR www.example.org.\n8" + owner + " 3600 IN PTR mail.example.org.\n");
        MvcTestResult first = api.get(OPERATOR, pool + "/reverse-names?limit=1");
        assertThat(api.json(first).get("items").toString())
                .isEqualTo("[{\"address\":\"%s7\",\"owner\":\"7%s\",\"name\":\"www.example.org.\"}]"
                        .formatted(start, owner));
        assertThat(first.getResponse().getHeader("Link")).contains("next");

        assertThat(name(OPERATOR, start + "8", "null")).hasStatusOk();
        assertThat(text(api.get(OPERATOR, pool + "/reverse-zone"))).doesNotContain("mail");
        assertThat(events()).hasSize(3).endsWith("jail.reverse-name-removed");
    }

    @Test
    void areFullHostNames() {
        for (String wrong : List.of(
                "",
                "web",
                ".",
                "a..b",
                "-a.example.org",
                "a-.example.org",
                "a b.example.org",
                "192.0.2.1",
                "ä.example.org",
                "a.example.org..",
                "x".repeat(64) + ".example.org",
                "a.".repeat(126) + "org",
                "*.example.org",
                "a.example.org\\n7 IN PTR b.example.org",
                "a.example.org; x")) {
            MvcTestResult refused = name(OPERATOR, start + "7", "\"" + wrong + "\"");
            assertThat(refused).as(wrong).hasStatus(422);
            assertThat(api.json(refused).at("/errors/0/pointer").asString()).isEqualTo("/name");
        }
        for (String right : List.of("xn--4ca.example.org", "a_b.example.org", "1.example.org", "a.xn--p1ai", "a.b")) {
            assertThat(name(OPERATOR, start + "7", "\"" + right + "\""))
                    .as(right)
                    .hasStatusOk();
        }
        JsonNode missing = api.json(api.call(
                OPERATOR,
                HttpMethod.POST,
                "/api/v1/jails/" + jail + "/addresses:name",
                "{\"address\": \"" + start + "7\"}"));
        assertThat(missing.at("/errors/0/pointer").asString()).isEqualTo("/name");
        for (String wrong : List.of(start + "10", "x")) {
            MvcTestResult refused = name(OPERATOR, wrong, "\"a.example.org\"");
            assertThat(refused).as(wrong).hasStatus(422);
            assertThat(api.json(refused).at("/errors/0/pointer").asString()).isEqualTo("/address");
        }
        assertThat(name(somebodyOf(fixtures.customer()), start + "7", "\"a.example.org\""))
                .hasStatus(404);
        assertThat(ReverseName.ownerOf(IpAddress.parse("2001:db8::567:89ab")))
                .isEqualTo("b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa.");
    }

    @Test
    void stayWithTheAddressUntilTheJailGivesItUp() {
        for (String number : List.of("7", "8", "9")) {
            assertThat(name(OPERATOR, start + number, "\"n" + number + ".example.org\""))
                    .hasStatusOk();
        }
        actions.move(OPERATOR, jail, fixtures.customer());
        change("\"ip\": [\"%1$s8\"], \"additionalAddresses\": [\"%1$s7\", \"%1$s9\"]");
        assertThat(exported()).containsExactly("n7.example.org.", "n8.example.org.", "n9.example.org.");
        change("\"additionalAddresses\": [\"%1$s7\"]");
        assertThat(exported()).as("its host may still use it").containsExactly("n7.example.org.", "n8.example.org.");
        change("\"additionalAddresses\": [\"%1$s7\", \"%1$s9\"]");
        assertThat(exported()).as("before it was released").containsExactly("n7.example.org.", "n8.example.org.");
        change("\"additionalAddresses\": [\"%1$s7\"]");
        reports.apply(host, List.of(Fleet.report(jail, 6, Phase.RUNNING, Instant.now())));
        change("\"additionalAddresses\": [\"%1$s7\", \"%1$s9\"]");
        assertThat(exported()).as("after it was released").containsExactly("n7.example.org.", "n8.example.org.");
        actions.retire(OPERATOR, jail, FilesFate.DELETED);
        assertThat(name(OPERATOR, start + "7", "null")).hasStatus(409);
        reports.apply(host, List.of(Fleet.report(jail, 8, Phase.REMOVED, Instant.now())));
        assertThat(exported()).isEmpty();
    }

    @Test
    void areSetOnThePageOfTheJail() {
        String page = "/jails/" + jail + "/addresses";
        assertThat(text(api.get(OPERATOR, "/jails/" + jail + "/network"))).contains(page);
        assertThat(post(OPERATOR, page + "?address=" + start + "8&name=mail.example.org"))
                .hasStatus(302);
        assertThat(text(api.get(somebodyOf(customer), page)))
                .contains(">" + start + "8<", "value=\"mail.example.org\"", "Additional")
                .doesNotContain("??");
        MvcTestResult refused = post(OPERATOR, page + "?address=" + start + "8&name=mail");
        assertThat(refused).hasStatus(422);
        assertThat(text(refused)).contains("value=\"mail\"", "must be a full host name", "name-1-error");
        MvcTestResult other = post(OPERATOR, page + "?address=" + start + "77&name=a.example.org");
        assertThat(other).hasStatus(422);
        assertThat(text(other)).contains("is not an address of the jail");
        assertThat(text(post(OPERATOR, "/carried" + page + "?address=" + start + "8&name=typed")))
                .contains("value=\"typed\"");
        assertThat(post(OPERATOR, page + "?address=" + start + "8&name=")).hasStatus(302);
        assertThat(exported()).isEmpty();
        assertThat(name(OPERATOR, start + "9", "\"ns.example.org\"")).hasStatusOk();
        String ofPool = pool.replace("/api/v1", "");
        assertThat(text(api.get(OPERATOR, ofPool))).contains("\"" + ofPool + "/reverse-zone\"");
        assertThat(text(api.get(OPERATOR, ofPool + "/reverse-zone")))
                .contains("IN PTR ns.example.org.")
                .isEqualTo(text(api.get(OPERATOR, pool + "/reverse-zone")));
    }

    private List<String> exported() {
        return api.json(api.get(OPERATOR, pool + "/reverse-names"))
                .get("items")
                .valueStream()
                .map(item -> item.get("name").asString())
                .toList();
    }

    private void change(String members) {
        assertThat(api.call(OPERATOR, HttpMethod.PATCH, "/api/v1/jails/" + jail, "{" + members.formatted(start) + "}"))
                .hasStatus(202);
    }

    private MvcTestResult name(Caller caller, String address, String name) {
        return api.call(
                caller,
                HttpMethod.POST,
                "/api/v1/jails/" + jail + "/addresses:name",
                "{\"address\": \"" + address + "\", \"name\": " + name + "}");
    }

    private MvcTestResult post(Caller caller, String address) {
        return api.call(caller, HttpMethod.POST, address, "");
    }

    private List<String> events() {
        return jdbc.sql("""
                        SELECT action FROM (
                            SELECT at, action, subject_id FROM audit_event UNION ALL SELECT at, action, subject_id FROM unsealed_event) AS e
                        WHERE subject_id = ? AND action LIKE 'jail.reverse%' ORDER BY at
                        """)
                .param(jail.toString())
                .query((row, number) -> row.getString("action"))
                .list();
    }

    private static String text(MvcTestResult page) {
        return new String(page.getResponse().getContentAsByteArray(), StandardCharsets.UTF_8);
    }
}
