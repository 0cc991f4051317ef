package dev.bailiwick.server.jail.difference;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.somebodyOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.authentication;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.csrf;

import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.WantedState;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.jail.desired.Difference;
import dev.bailiwick.jail.desired.Hold;
import dev.bailiwick.jail.desired.Hold.Kind;
import dev.bailiwick.jail.process.Command;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.view.JailView;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpMethod;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

/** The differences between a host and the server on their page and in the API. */
class DifferencePagesTest extends DifferingHost {

    @Test
    void showsAndEndsThemByApiAndPage() {
        DesiredJail.Present web = onHost(Jails.fresh(), "web", 7, 9);
        list(new Difference(web, new Hold(Kind.UNKNOWN, 7)));
        String address = "/hosts/" + host + "/differences";

        assertThat(call(HttpMethod.GET, "/api/v1" + address, ""))
                .hasStatus(200)
                .bodyJson()
                .extractingPath("$.items[0].onHost.ip[0]")
                .isEqualTo(network + 9);
        assertThat(call(HttpMethod.GET, address, "")).hasStatus(200).bodyText().contains("web", network + 9, "adopt");
        assertThat(call(HttpMethod.GET, "/hosts?q=" + host, ""))
                .hasStatus(200)
                .bodyText()
                .contains(address);
        assertThat(call(HttpMethod.PUT, "/api/v1" + address + "/" + web.id(), "{\"choice\": \"restore\"}"))
                .hasStatus(422)
                .bodyText()
                .contains("/choice");
        assertThat(call(HttpMethod.DELETE, "/api/v1/hosts/" + host + "/divergence", ""))
                .hasStatus(409);
        assertThat(call(HttpMethod.PUT, "/api/v1" + address + "/" + web.id(), "{\"choice\": \"keep\"}"))
                .hasStatus(204);
        assertThat(call(HttpMethod.DELETE, "/api/v1/hosts/" + host + "/divergence", ""))
                .hasStatus(204);
        assertThat(MockMvcTester.create(mvc)
                        .post()
                        .uri(address)
                        .with(authentication(token()))
                        .with(csrf())
                        .param("jail", web.id().toString())
                        .param("choice", "adopt")
                        .exchange())
                .hasStatus(302);
        assertThat(jails.find(OPERATOR, web.id()).definition()).isEqualTo(web.definition());
    }

    /** Shows only the names of the environment's variables, because their values may be secret. */
    @Test
    void saysInWhichFieldsTheDefinitionsDiffer() {
        JailView web = define("web", 9);
        JailDefinition on = web.definition();
        DesiredJail.Present hosts = new DesiredJail.Present(
                web.id(),
                3,
                new JailDefinition(
                        on.name(),
                        on.hostname(),
                        on.path(),
                        on.base(),
                        on.addresses(),
                        on.policy(),
                        new Command(on.command().argv(), Map.of("KEY", "not-to-be-shown")),
                        on.limits(),
                        WantedState.STOPPED),
                customer.toString());
        list(new Difference(hosts, new Hold(Kind.CHANGED, 3)));

        MvcTestResult listed = call(HttpMethod.GET, "/api/v1/hosts/" + host + "/differences", "");

        assertThat(listed)
                .bodyJson()
                .extractingPath("$.items[0].differs")
                .isEqualTo(List.of(
                        Map.of("field", "environment", "onHost", "KEY", "onServer", ""),
                        Map.of("field", "wanted", "onHost", "stopped", "onServer", "running")));
        assertThat(call(HttpMethod.GET, "/hosts/" + host + "/differences", ""))
                .bodyText()
                .contains("desired state: stopped", "environment, other values: KEY")
                .doesNotContain("not-to-be-shown");
    }

    @Test
    void saysWhatOfTheHostsVersionIsBeyondThePlan() {
        String plan = api.json(api.call(
                        OPERATOR,
                        HttpMethod.POST,
                        "/api/v1/plans",
                        "{\"name\": \"" + Jails.fresh() + "\", \"limits\": {\"memory\": \"512MiB\"}}"))
                .get("id")
                .asString();
        JailView web = define("web", 9);
        assertThat(api.call(
                        OPERATOR,
                        HttpMethod.POST,
                        "/api/v1/jails/" + web.id() + "/plan",
                        "{\"plan\": \"" + plan + "\"}"))
                .hasStatus(202);
        Limits beyond = new Limits(OptionalLong.of(2L << 30), OptionalInt.empty(), OptionalInt.empty());
        list(new Difference(
                new DesiredJail.Present(web.id(), 3, web.definition().with(beyond), customer.toString()),
                new Hold(Kind.CHANGED, 3)));

        assertThat(call(HttpMethod.GET, "/api/v1/hosts/" + host + "/differences", ""))
                .bodyJson()
                .extractingPath("$.items[0].beyondPlan")
                .isEqualTo(List.of(Map.of(
                        "pointer",
                        "/limits/memory",
                        "message",
                        "asks for 2GiB of memory, but its plan has at most 512MiB of memory")));
        assertThat(call(HttpMethod.GET, "/hosts/" + host + "/differences", ""))
                .bodyText()
                .contains("Beyond its plan, and stays so if it is adopted. Memory: asks for 2GiB of memory");
        assertThat(api.get(somebodyOf(customer), "/api/v1/hosts/" + host + "/differences"))
                .hasStatus(403);
        assertThat(call(
                        HttpMethod.PUT,
                        "/api/v1/hosts/" + host + "/differences/" + web.id(),
                        "{\"choice\": \"adopt\"}"))
                .hasStatus(204);
        JailView adopted = jails.find(OPERATOR, web.id());
        assertThat(adopted.definition().limits()).isEqualTo(beyond);
        assertThat(adopted.plan()).as("it stays on its plan").isPresent();
    }

    @Test
    void asksBeforeAnythingIsGivenUp() {
        DesiredJail.Present web = onHost(Jails.fresh(), "web", 7, 9);
        DesiredJail.Present db = onHost(Jails.fresh(), "db", 7, 10);
        list(new Difference(web, new Hold(Kind.UNKNOWN, 7)), new Difference(db, new Hold(Kind.UNKNOWN, 7)));
        assertThat(decide(Map.of("kind", "unknown", "choice", "remove")))
                .hasStatusOk()
                .bodyText()
                .contains("Remove 2 jails from", web.id().toString(), db.id().toString(), "Their files are kept");
        assertThat(undecided()).as("nothing is decided yet").isEqualTo(2);

        assertThat(decide(Map.of("jail", web.id().toString(), "choice", "remove", "confirmed", "true")))
                .hasStatus(302);

        assertThat(undecided()).isOne();
        assertThat(decide(Map.of("jail", db.id().toString(), "choice", "keep")))
                .as("this decision loses nothing")
                .hasStatus(302);
        assertThat(undecided()).isZero();
    }

    @Test
    void refusesACustomerForAnythingButAnUnknownJail() {
        JailView web = define("web", 9);
        list(new Difference(onHost(web.id(), "web", 3, 10), new Hold(Kind.CHANGED, 3)));

        assertThat(call(
                        HttpMethod.PUT,
                        "/api/v1/hosts/" + host + "/differences/" + web.id(),
                        "{\"choice\": \"keep\", \"customer\": \"" + fixtures.customer() + "\"}"))
                .hasStatus(422)
                .bodyText()
                .contains("/customer");
        assertThat(undecided()).isOne();
    }

    private MvcTestResult decide(Map<String, String> fields) {
        var form = MockMvcTester.create(mvc)
                .post()
                .uri("/hosts/" + host + "/differences")
                .with(authentication(token()))
                .with(csrf());
        fields.forEach((name, value) -> form.param(name, value));
        return form.exchange();
    }

    private MvcTestResult call(HttpMethod method, String address, String body) {
        return api.call(OPERATOR, method, address, body);
    }

    private static TestingAuthenticationToken token() {
        return new TestingAuthenticationToken(OPERATOR, null, "ROLE_STAFF");
    }
}
