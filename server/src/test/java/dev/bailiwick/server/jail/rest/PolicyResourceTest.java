package dev.bailiwick.server.jail.rest;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.server.ApiClient;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.Scope;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;

@ServerTest
class PolicyResourceTest {

    private static final String CLOCK = """
            {"call": "settimeofday", "decision": "allow", "reason": "NTP runs inside"}""";
    private static final String FAULTS = """
            {"call": "userfaultfd", "decision": "allow", "reason": "a debugger", "until": "2099-01-01T00:00:00Z"}""";

    @Autowired
    private ApiClient api;

    @Autowired
    private Fleet.Fixtures fixtures;

    private HostId host = new HostId(UUID.randomUUID());
    private CustomerId customer = new CustomerId(UUID.randomUUID());

    @BeforeEach
    void makeAHost() {
        host = fixtures.connectedHostWithPool();
        customer = fixtures.customer();
    }

    @Test
    void showsAJailsPolicyWithItsDifferencesAndWarnings() {
        String jail = make(CLOCK + ", " + FAULTS);

        MvcTestResult answered = api.get(OPERATOR, jail + "/policy");

        assertThat(answered).hasStatus(200).hasHeader("ETag", "\"1\"");
        JsonNode policy = api.json(answered);
        assertThat(policy.get("profile").asString()).isEqualTo("hosting");
        assertThat(policy.get("architecture").asString()).isEqualTo("x86_64");
        assertThat(policy.at("/overrides/0/setBy").asString()).isEqualTo("anna");
        assertThat(policy.at("/overrides/1/inForce").asBoolean()).isTrue();
        assertThat(policy.at("/overrides/1/until").asString()).isEqualTo("2099-01-01T00:00:00Z");
        assertThat(policy.at("/diff/0/call").asString()).isEqualTo("settimeofday");
        assertThat(policy.at("/diff/0/direction").asString()).isEqualTo("unnoticed");
        assertThat(policy.at("/diff/1/direction").asString()).isEqualTo("loosened");
        assertThat(policy.at("/diff/1/reason").asString()).isEqualTo("a debugger");
        assertThat(policy.at("/warnings/0/code").asString()).isEqualTo("kernel-answers-the-same");
        assertThat(policy.at("/warnings/0/pointer").asString()).isEqualTo("/overrides/0");
        assertThat(policy.at("/warnings/1/code").asString()).isEqualTo("weakens");
        assertThat(policy.at("/filter/instructions").asInt()).isGreaterThan(100);
        assertThat(policy.get("restartRule").asString()).contains("restarts a running jail immediately");
    }

    @Test
    void explainsACallLayerByLayer() {
        String jail = make(CLOCK);

        JsonNode clock = api.json(api.get(OPERATOR, jail + "/policy:explain?call=settimeofday"));

        assertThat(clock.get("path").valueStream().map(step -> step.get("layer").asString()))
                .containsExactly("profile", "override", "filter", "kernel");
        assertThat(clock.at("/path/0/decision").asString()).isEqualTo("deny with EPERM");
        assertThat(clock.at("/path/3/enforcedBy/0").asString()).isEqualTo("userns-caps");
        assertThat(clock.at("/proof/verdict").asString()).isEqualTo("allow");
        assertThat(clock.at("/proof/executed").asInt()).isPositive();
        assertThat(clock.at("/sees/errno").asString()).isEqualTo("EPERM");
        assertThat(clock.get("overrideChangesNothing").asBoolean()).isTrue();
        assertThat(clock.get("text").asString()).endsWith("The override changes nothing.\n");
    }

    @Test
    void explainsWhatArgumentsDecide() {
        String jail = make("");

        JsonNode vsock = api.json(api.get(OPERATOR, jail + "/policy:explain?call=socket&args=40,1"));
        JsonNode inet = api.json(api.get(OPERATOR, jail + "/policy:explain?call=socket&args=2,0x80001"));

        assertThat(vsock.at("/sees/errno").asString()).isEqualTo("EAFNOSUPPORT");
        assertThat(vsock.get("arguments").toString()).isEqualTo("[\"0x28\",\"1\"]");
        assertThat(inet.at("/sees/kind").asString()).isEqualTo("result");
        assertThat(inet.get("dependsOn").toString()).isEqualTo("[0,1,2]");
        assertThat(inet.get("rule").asString()).startsWith("allow if low32(arg0)");
        assertThat(inet.get("ruleWords").asString())
                .startsWith("allow if the first argument (domain) is AF_UNIX or AF_INET6, or ");
        assertThat(inet.get("text").asString()).contains("AF_UNIX or AF_INET6").doesNotContain("low32");
    }

    @Test
    void namesWhatIsWrongWithACallAndWhatMayBeMeant() {
        MvcTestResult refused = api.get(OPERATOR, make("") + "/policy:explain?call=ptrcae&args=1,two");

        assertThat(refused).hasStatus(422).hasContentType(MediaType.APPLICATION_PROBLEM_JSON);
        assertThat(api.json(refused).at("/errors/0/pointer").asString()).isEqualTo("/call");
        assertThat(api.json(refused).at("/errors/0/message").asString())
                .isEqualTo("is not a known system call; is ptrace meant?");
        assertThat(api.json(refused).at("/errors/1/pointer").asString()).isEqualTo("/args");
        assertThat(api.json(refused).at("/errors/1/message").asString()).contains("'two'");
    }

    @Test
    void isForTheJailsCustomerAndNoOther() {
        String jail = make(CLOCK);
        Caller owner = Fleet.somebodyOf(customer);
        Caller stranger = Fleet.somebodyOf(fixtures.customer());
        String simulation = "{\"jail\": \"" + jail.substring(jail.lastIndexOf('/') + 1) + "\"}";

        assertThat(api.get(owner, jail + "/policy")).hasStatus(200);
        assertThat(api.get(owner, jail + "/policy:explain?call=mount")).hasStatus(200);
        assertThat(simulate(owner, simulation)).hasStatus(200);
        assertThat(api.get(stranger, jail + "/policy")).hasStatus(404);
        assertThat(api.get(stranger, jail + "/policy:explain?call=mount")).hasStatus(404);
        assertThat(simulate(stranger, simulation)).hasStatus(404);
        Caller hostsOnly =
                Caller.staff(OPERATOR.user(), "hana", Role.OWNER).with(Set.of(Scope.HOSTS_READ, Scope.HOSTS_WRITE));
        assertThat(simulate(hostsOnly, "{}")).hasStatus(403);
        assertThat(api.get(hostsOnly, jail + "/policy")).hasStatus(403);
    }

    @Test
    void simulatesWithoutStoringAnything() {
        Map<String, Long> before = fixtures.everything();

        JsonNode simulated = api.json(simulate(OPERATOR, """
                {"overrides": [{"call": "userfaultfd", "decision": "log"}, {"call": "mount", "decision": "deny:EPERM"}],
                 "calls": [{"call": "userfaultfd"}, {"call": "socket", "args": [17, "0x3"]}],
                 "architecture": "aarch64"}"""));

        assertThat(simulated.get("diff")).hasSize(1);
        assertThat(simulated.at("/against/profile").asString()).isEqualTo("hosting");
        assertThat(simulated.at("/warnings/1/code").asString()).isEqualTo("repeats-the-profile");
        assertThat(simulated.at("/explanations/0/proof/verdict").asString()).isEqualTo("allow and log");
        assertThat(simulated.at("/explanations/1/sees/errno").asString()).isEqualTo("EAFNOSUPPORT");
        assertThat(simulated.at("/explanations/1/architecture").asString()).isEqualTo("aarch64");
        assertThat(simulated.has("restart")).isFalse();
        assertThat(fixtures.everything()).isEqualTo(before);
    }

    @Test
    void comparesAnyTwoPolicies() {
        JsonNode simulated =
                api.json(simulate(OPERATOR, "{\"profile\": \"strict2002\", \"against\": {\"profile\": \"hosting\"}}"));

        assertThat(simulated.get("diff").size()).isGreaterThan(10);
        assertThat(simulated
                        .get("diff")
                        .valueStream()
                        .map(change -> change.get("direction").asString()))
                .contains("tightened")
                .doesNotContain("loosened");
        assertThat(simulated.get("warnings")).isEmpty();

        JsonNode back =
                api.json(simulate(OPERATOR, "{\"profile\": \"hosting\", \"against\": {\"profile\": \"strict2002\"}}"));
        assertThat(back.get("warnings")).isNotEmpty().allSatisfy(warning -> {
            assertThat(warning.get("code").asString()).isEqualTo("loosens");
            assertThat(warning.get("pointer").asString()).isEqualTo("/profile");
        });
    }

    @Test
    void saysWhatTheProfileSystemWeakens() {
        JsonNode simulated =
                api.json(simulate(OPERATOR, "{\"profile\": \"system\", \"against\": {\"profile\": \"hosting\"}}"));
        String jail = make("", "system");

        assertThat(simulated
                        .get("weakenings")
                        .valueStream()
                        .map(change -> change.get("call").asString()))
                .containsExactly("socket", "mount", "umount2", "reboot");
        assertThat(api.json(api.get(OPERATOR, jail + "/policy")).get("weakenings"))
                .isEqualTo(simulated.get("weakenings"));
    }

    @Test
    void pointsToEveryFieldOfASimulationThatCanNotBe() {
        simulationRefused("/overrides/0/decision", """
                {"overrides": [{"call": "bpf", "decision": "allow"}]}""");
        simulationRefused("/against/profile", "{\"against\": {\"profile\": \"lax\"}}");
        simulationRefused("/calls/1/call", "{\"calls\": [{\"call\": \"mount\"}, {\"call\": \"moutn\"}]}");
        simulationRefused("/calls/0/args", "{\"calls\": [{\"call\": \"mount\", \"args\": [null]}]}");
        simulationRefused("/calls/0/call", "{\"calls\": [{}]}");
        simulationRefused("/calls/0", "{\"calls\": [null]}");
        simulationRefused("/architecture", "{\"architecture\": \"vax\"}");
        simulationRefused("/jail", "{\"jail\": \"shop\"}");
        simulationRefused("/profil", "{\"profil\": \"hosting\"}");
    }

    @Test
    void saysBeforeAndAfterWhetherTheJailRestarts() {
        String jail = make("");
        String id = jail.substring(jail.lastIndexOf('/') + 1);

        JsonNode before = api.json(simulate(OPERATOR, """
                {"jail": "%s", "overrides": [{"call": "ptrace", "decision": "deny"}]}""".formatted(id)));
        assertThat(before.at("/restart/required").asBoolean()).isTrue();
        assertThat(before.at("/restart/because/0").asString()).isEqualTo("policy");

        JsonNode tighter = api.json(patch(jail, """
                {"policy": {"overrides": [{"call": "ptrace", "decision": "deny", "reason": "nobody debugs here"}]}}"""));
        assertThat(tighter.at("/restart/required").asBoolean()).isTrue();
        assertThat(tighter.at("/restart/because/0").asString()).isEqualTo("policy");

        JsonNode reworded = api.json(patch(jail, """
                {"policy": {"overrides": [{"call": "ptrace", "decision": "deny", "reason": "as the customer asked"}]}}"""));
        assertThat(reworded.at("/restart/required").asBoolean()).isFalse();
        assertThat(reworded.at("/restart/because")).isEmpty();

        JsonNode stopped =
                api.json(patch(jail, "{\"wanted\": \"stopped\", \"policy\": {\"profile\": \"strict2002\"}}"));
        assertThat(stopped.at("/restart/required").asBoolean())
                .as("there is nothing to restart")
                .isFalse();
        assertThat(api.json(api.get(OPERATOR, jail)).has("restart")).isFalse();
    }

    @Test
    void isDescribed() {
        JsonNode paths = api.json(api.get(OPERATOR, "/api/openapi.json")).get("paths");

        assertThat(paths.propertyNames())
                .contains(
                        "/api/v1/jails/{id}/policy", "/api/v1/jails/{id}/policy:explain", "/api/v1/policies:simulate");
        assertThat(paths.toString()).contains("Explain a call in a jail");
    }

    private String make(String overrides) {
        return make(overrides, "hosting");
    }

    private String make(String overrides, String profile) {
        MvcTestResult made = api.call(OPERATOR, HttpMethod.POST, "/api/v1/jails", """
                {"name": "web-%s", "customer": "%s", "host": "%s", "policy": {"profile": "%s", "overrides": [%s]}}""".formatted(
                        UUID.randomUUID().toString().substring(0, 8), customer, host, profile, overrides));
        assertThat(made).hasStatus(201);
        return "/api/v1/jails/" + api.json(made).get("id").asString();
    }

    private void simulationRefused(String pointer, String body) {
        MvcTestResult refused = simulate(OPERATOR, body);
        assertThat(refused).as(body).hasStatus(422).hasContentType(MediaType.APPLICATION_PROBLEM_JSON);
        assertThat(api.json(refused).at("/errors/0/pointer").asString()).isEqualTo(pointer);
    }

    private MvcTestResult simulate(Caller caller, String body) {
        return api.call(caller, HttpMethod.POST, "/api/v1/policies:simulate", body);
    }

    private MvcTestResult patch(String address, String body) {
        MvcTestResult patched = api.call(
                OPERATOR, HttpMethod.PATCH, address, Map.of("Content-Type", "application/merge-patch+json"), body);
        assertThat(patched).hasStatus(202);
        return patched;
    }
}
