package dev.bailiwick.server.host.page;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.named;
import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.authentication;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.csrf;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.desired.DesiredJail.FilesFate;
import dev.bailiwick.jail.report.Condition;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.host.HostConnections;
import dev.bailiwick.server.host.HostName;
import dev.bailiwick.server.host.Hosts;
import dev.bailiwick.server.host.SessionId;
import dev.bailiwick.server.jail.JailActions;
import dev.bailiwick.server.jail.JailReports;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.jail.view.JailView;
import java.io.UnsupportedEncodingException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

@ServerTest
class HostPagesTest {

    private final MockMvcTester browser;
    private final Hosts hosts;
    private final HostConnections connections;
    private final Jails jails;
    private final JailActions actions;
    private final JailReports reports;
    private final Fleet.Fixtures fixtures;
    private final CustomerId customer;

    @Autowired
    HostPagesTest(
            MockMvc mvc,
            Hosts hosts,
            HostConnections connections,
            Jails jails,
            JailActions actions,
            JailReports reports,
            Fleet.Fixtures fixtures) {
        this.browser = MockMvcTester.create(mvc);
        this.hosts = hosts;
        this.connections = connections;
        this.jails = jails;
        this.actions = actions;
        this.reports = reports;
        this.fixtures = fixtures;
        this.customer = fixtures.customer();
    }

    @Test
    void saysHowToJoinAsLongAsTheHostHasNotJoined() {
        HostId host = fixtures.host();

        assertThat(page("/hosts/" + host))
                .contains("Never joined", "Install the agent", "/hosts/new/guide", "Create another token")
                .doesNotContain("New jail here", "Join again", "id=\"host-jails\"");
        assertThat(page("/hosts/new/guide")).startsWith("# Add a host").contains("--link-address");
    }

    @Test
    void showsAConnectedHostWithItsJailsAndNotHowToJoin() {
        HostId host = fixtures.connectedHostWithPool();
        JailView web = define(host, "web");
        define(host, "db");
        reports.apply(host, List.of(Fleet.report(web.id(), 1, Phase.RUNNING, Instant.now())));

        String page = page("/hosts/" + host);

        assertThat(page)
                .contains("Connected", "6.18.0", "Debian GNU/Linux 13", "/var/lib/bailiwick/jails")
                .contains("/jails?host=" + host, "All 2 jails", "/jails/" + web.id(), "1 jail, about")
                .contains("New jail here", "Join again", "Rename", "Remove host")
                .doesNotContain("Install the agent", "bailiwick-agent join", "Progress");
        assertThat(page.indexOf(">db<")).as("by name").isLessThan(page.indexOf(">web<"));
    }

    @Test
    void showsNoMoreThanTwentyJailsAndHowManyThereAre() {
        HostId host = fixtures.connectedHostWithPool();
        for (int i = 0; i < 21; i++) {
            define(host, "jail-" + (char) ('a' + i));
        }

        assertThat(page("/hosts/" + host)).contains("All 21 jails", ">jail-t<").doesNotContain(">jail-u<");
    }

    @Test
    void saysWhatIsWrongWithAHost() {
        HostId host = fixtures.host();
        SessionId session = fixtures.connect(host);
        connections.noteConditions(
                host, session, List.of(new Condition("StateFull", "The disk is full.", Instant.now())));

        assertThat(page("/hosts/" + host)).contains("Problems of this host", "The disk is full.");
        assertThat(page("/hosts?q=" + name(host))).contains("1 problem");

        connections.disconnected(host, session);
        assertThat(page("/hosts/" + host)).contains("Disconnected", "Last seen").doesNotContain(">Empty<");
    }

    @Test
    void warnsWhereTheLineToPasteNamesAnAddressThatNoOtherMachineReaches() {
        assertThat(page("/hosts/" + fixtures.host()))
                .contains("Other machines cannot connect to 127.0.0.1:")
                .contains("bailiwick.link.advertise", "--link-address ADDRESS");
    }

    @Test
    void renamesAHostAndSaysBesideTheFieldWhyNot() {
        HostId host = fixtures.connectedHost();
        String other = name(fixtures.host());
        String address = "/hosts/" + host + "/name";
        String fresh = "renamed-" + Long.toString(System.nanoTime(), 36);

        assertThat(send(address, Map.of("name", "Not a name", "version", "1")))
                .hasStatus(422)
                .bodyText()
                .contains("id=\"name-error\"", "value=\"Not a name\"", "must be 1 to 63");
        assertThat(send(address, Map.of("name", other, "version", "1")))
                .hasStatus(422)
                .bodyText()
                .contains("is the name of another host");
        assertThat(send(address, Map.of("name", fresh, "version", "1"))).hasStatus(302);
        assertThat(name(host)).isEqualTo(fresh);
        assertThat(send(address, Map.of("name", "too-late", "version", "1")))
                .as("with the version from before the rename")
                .hasStatus(422)
                .bodyText()
                .contains("value=\"too-late\"", "Someone else has renamed this host");
        assertThat(name(host)).isEqualTo(fresh);
    }

    @Test
    void removesAHostWithoutJailsOnly() {
        HostId host = fixtures.connectedHostWithPool();
        JailView web = define(host, "web");
        String address = "/hosts/" + host + "/remove";

        assertThat(page(address))
                .contains("1 jail is on this host", "/jails?host=" + host)
                .doesNotContain("class=\"button danger primary\"");
        assertThat(send(address, Map.of())).hasStatus(409).bodyText().contains("1 jail that is not removed yet");
        assertThat(hosts.find(host)).isPresent();

        actions.retire(OPERATOR, web.id(), FilesFate.DELETED);
        reports.apply(host, List.of(Fleet.report(web.id(), 2, Phase.REMOVED, Instant.now())));
        assertThat(page(address)).contains("class=\"button danger primary\"");
        assertThat(send(address, Map.of())).hasStatus(302).hasRedirectedUrl("/hosts");
        assertThat(hosts.find(host)).isEmpty();
    }

    @Test
    void marksInTheFormForAJailWhichHostsAreNotThere() {
        HostId waiting = fixtures.host();
        HostId away = fixtures.host();
        connections.disconnected(away, fixtures.connect(away));
        HostId there = fixtures.connectedHost();

        String form = page("/jails/new");

        assertThat(form)
                .contains(">" + name(waiting) + " (never joined)<")
                .contains(">" + name(away) + " (disconnected)<")
                .contains(">" + name(there) + "<");
        assertThat(form.indexOf(name(there) + "<")).isLessThan(form.indexOf(name(waiting) + " ("));
    }

    @Test
    void pagesThroughTheListAndFindsInIt() {
        String mark = "p" + Long.toString(System.nanoTime(), 36);
        for (int i = 10; i < 62; i++) {
            hosts.define(OPERATOR, new HostName(mark + "-" + i));
        }
        HostId there = hosts.define(OPERATOR, new HostName(mark + "-zz")).id();
        fixtures.connect(there);

        String first = page("/hosts?q=" + mark);
        assertThat(first).contains("53 hosts", "rel=\"next\"").doesNotContain("rel=\"prev\"");
        assertThat(first.indexOf(mark + "-zz")).as("connected first").isLessThan(first.indexOf(mark + "-10"));
        String next = first.replaceFirst("(?s).*rel=\"next\" href=\"([^\"]*)\".*", "$1")
                .replace("&amp;", "&");
        assertThat(page(next))
                .contains(mark + "-61", "rel=\"prev\"", "53 hosts")
                .doesNotContain("rel=\"next\"", mark + "-zz");
        assertThat(page("/hosts?q=" + mark + "-zz")).contains("One host");
        assertThat(page("/hosts?q=" + mark + "&state=waiting")).contains("52 hosts");
        assertThat(page("/hosts?q=no-such-host-" + mark)).contains("Nothing matches");
        assertThat(page("/hosts?q=" + mark + "&sort=-name&from=nothing&state=odd"))
                .contains("53 hosts");
    }

    @Test
    void isNoBusinessOfCustomers() {
        Caller carl = Fleet.somebodyOf(customer);
        HostId host = fixtures.connectedHost();
        for (String path : List.of("/hosts", "/hosts/" + host, "/hosts/" + host + "/remove", "/hosts/new/guide")) {
            assertThat(browser.get().uri(path).with(authentication(token(carl))))
                    .hasStatus(403);
        }
        for (String path : List.of("/name", "/remove", "/token")) {
            assertThat(browser.post()
                            .uri("/hosts/" + host + path)
                            .with(authentication(token(carl)))
                            .with(csrf())
                            .param("name", "mine")
                            .param("version", "1"))
                    .hasStatus(403);
        }
        assertThat(hosts.find(host)).isPresent();
    }

    private JailView define(HostId host, String name) {
        return jails.define(OPERATOR, new NewJail(customer, Optional.of(host), Optional.empty(), named(name)));
    }

    private String name(HostId host) {
        return hosts.find(host).orElseThrow().name().value();
    }

    private String page(String path) {
        try {
            var answer = browser.get()
                    .uri(path)
                    .with(authentication(token(OPERATOR)))
                    .exchange();
            assertThat(answer).hasStatusOk();
            String page = answer.getResponse().getContentAsString();
            assertThat(page).doesNotContain("??");
            return page;
        } catch (UnsupportedEncodingException e) {
            throw new AssertionError(e);
        }
    }

    private MvcTestResult send(String path, Map<String, String> form) {
        var request = browser.method(HttpMethod.POST)
                .uri(path)
                .with(authentication(token(OPERATOR)))
                .with(csrf());
        form.forEach(request::param);
        return request.exchange();
    }

    private static TestingAuthenticationToken token(Caller caller) {
        return new TestingAuthenticationToken(caller, null, Fleet.authority(caller));
    }
}
