package dev.bailiwick.server.jail.rest;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.server.Fleet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpMethod;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;

/** Fields of a jail in the API, and what they must be. */
class JailFieldsTest extends JailApi {

    @Test
    void keepsTheUserAndTheDirectoryOfTheCommand() {
        JsonNode jail = make(", \"user\": \"www-data:adm\", \"workingDirectory\": \"/srv/app\"");
        String address = "/api/v1/jails/" + jail.get("id").asString();
        assertThat(jail.get("user").asString()).isEqualTo("www-data:adm");

        MvcTestResult patched = call(
                OPERATOR, HttpMethod.PATCH, address, Map.of("Content-Type", MERGE_PATCH), "{\"user\": \"1000:1000\"}");
        assertThat(json(patched).get("user").asString()).isEqualTo("1000:1000");
        assertThat(json(patched).get("workingDirectory").asString()).isEqualTo("/srv/app");
        assertThat(json(patched).at("/restart/because").toString()).isEqualTo("[\"user\"]");
        patched = call(
                OPERATOR,
                HttpMethod.PATCH,
                address,
                Map.of("Content-Type", MERGE_PATCH),
                "{\"user\": null, \"workingDirectory\": null}");
        assertThat(json(patched).has("user")).isFalse();
        assertThat(json(patched).has("workingDirectory")).isFalse();

        refuses(422, "/user", body(", \"user\": \"a b\""));
        refuses(422, "/user", body(", \"user\": \"65536\""));
        refuses(422, "/workingDirectory", body(", \"workingDirectory\": \"srv\""));
    }

    @Test
    void keepsTheDirectoriesBelowRun() {
        JsonNode jail = make("""
                , "runDirectories": [{"path": "/run/sshd"}, {"path": "/run/php", "owner": "www-data:adm", "mode": "2775"}]""");
        assertThat(jail.get("runDirectories").toString())
                .isEqualTo(
                        "[{\"path\":\"/run/php\",\"owner\":\"www-data:adm\",\"mode\":\"2775\"},{\"path\":\"/run/sshd\",\"mode\":\"0755\"}]");
        MvcTestResult patched = call(
                OPERATOR,
                HttpMethod.PATCH,
                "/api/v1/jails/" + jail.get("id").asString(),
                Map.of("Content-Type", MERGE_PATCH),
                "{\"runDirectories\": null}");
        assertThat(json(patched).get("runDirectories").toString()).isEqualTo("[]");

        refuses(422, "/runDirectories/0/path", body(", \"runDirectories\": [{}]"));
        refuses(422, "/runDirectories/0/path", body(", \"runDirectories\": [{\"path\": \"/run/../etc\"}]"));
        refuses(422, "/runDirectories/0/path", body(", \"runDirectories\": [{\"path\": \"/run\"}]"));
        refuses(422, "/runDirectories/1/mode", body("""
                , "runDirectories": [{"path": "/run/a"}, {"path": "/run/b", "mode": "rwx"}]"""));
        refuses(
                422,
                "/runDirectories/0/owner",
                body(", \"runDirectories\": [{\"path\": \"/run/a\", \"owner\": \"a b\"}]"));
        refuses(422, "/runDirectories/0", body(", \"runDirectories\": [null]"));
        refuses(422, "/runDirectories/0/user", body(", \"runDirectories\": [{\"path\": \"/run/a\", \"user\": \"b\"}]"));
        refuses(422, "/runDirectories", body(", \"runDirectories\": [{\"path\": \"/run/a\"}, {\"path\": \"/run/a\"}]"));
    }

    @Test
    void putsAnInitBeforeNoOtherInit() {
        JsonNode jail = make(", \"init\": true, \"command\": [\"/usr/sbin/nginx\"]");
        assertThat(jail.get("init").asBoolean()).isTrue();
        refuses(
                422,
                "/init",
                body(", \"init\": true, \"base\": \"directory\", \"path\": \"/var/lib/bailiwick/jails/%s/d\"")
                        .formatted(host));
        for (String command : List.of("/sbin/init", "/usr/bin/tini", "/usr/lib/systemd/systemd", "/init")) {
            refuses(422, "/init", body(", \"init\": true, \"command\": [\"" + command + "\"]"));
        }
        refuses(422, "/init", body(", \"init\": \"maybe\""));
    }

    @Test
    void keepsHowAJailFindsAddresses() {
        JsonNode jail = make("""
                , "nameServers": ["203.0.113.53", "2001:db8::53"], "searchDomains": ["example.org"],
                "resolverOptions": ["ndots:2", "edns0"], "extraHosts": {"db.internal": "198.18.0.7", "alias": "fdb1::7"}""");
        assertThat(jail.get("nameServers").toString()).isEqualTo("[\"203.0.113.53\",\"2001:db8::53\"]");
        assertThat(jail.get("resolverOptions").toString()).isEqualTo("[\"ndots:2\",\"edns0\"]");
        MvcTestResult patched = call(
                OPERATOR,
                HttpMethod.PATCH,
                "/api/v1/jails/" + jail.get("id").asString(),
                Map.of("Content-Type", MERGE_PATCH),
                "{\"extraHosts\": {\"alias\": null, \"more\": \"198.18.0.8\"}, \"nameServers\": []}");
        assertThat(json(patched).get("extraHosts").toString())
                .isEqualTo("{\"db.internal\":\"198.18.0.7\",\"more\":\"198.18.0.8\"}");
        assertThat(json(patched).get("nameServers").toString()).isEqualTo("[]");
        assertThat(json(patched).get("searchDomains").toString()).isEqualTo("[\"example.org\"]");
        assertThat(json(patched).at("/restart/because").toString()).isEqualTo("[\"nameServers\",\"extraHosts\"]");

        refuses(422, "/nameServers/1", body(", \"nameServers\": [\"203.0.113.53\", \"nowhere\"]"));
        refuses(
                422,
                "/nameServers",
                body(", \"nameServers\": [\"2001:db8::1\", \"2001:db8::2\", \"2001:db8::3\", \"2001:db8::4\"]"));
        refuses(422, "/searchDomains", body(", \"searchDomains\": [\"a b\"]"));
        refuses(422, "/resolverOptions", body(", \"resolverOptions\": [\"ndots:2\\nnameserver 1.1.1.1\"]"));
        refuses(422, "/extraHosts/db", body(", \"extraHosts\": {\"db\": \"nowhere\"}"));
        refuses(422, "/extraHosts", body(", \"extraHosts\": {\"a b\": \"198.18.0.7\"}"));
    }

    @Test
    void areNamedToACustomerThatMayChangeOnlySome() {
        String address = "/api/v1/jails/" + make("", "theirs").get("id").asString();
        for (String field :
                List.of("\"user\": \"www-data\"", "\"command\": [\"/bin/true\"], \"labels\": {\"a\": \"b\"}")) {
            MvcTestResult refused = call(
                    Fleet.somebodyOf(customer),
                    HttpMethod.PATCH,
                    address,
                    Map.of("Content-Type", MERGE_PATCH),
                    "{" + field + "}");
            assertThat(refused).as(field).hasStatus(403);
            assertThat(json(refused).get("detail").asString())
                    .contains("right define", "only command, environment, nameServers");
        }
    }

    @Test
    void saysWhatAFieldMustBe() {
        Map<String, String> reasons = Map.ofEntries(
                Map.entry("\"init\": 0", "must be true or false"),
                Map.entry("\"init\": 2", "must be true or false"),
                Map.entry("\"init\": \"\"", "must be true or false"),
                Map.entry("\"restartLimit\": 1.5", "must be a whole number"),
                Map.entry("\"stopTimeout\": \"soon\"", "must be a whole number"),
                Map.entry("\"limits\": \"\"", "must be an object"),
                Map.entry("\"stopTimeout\": \"\"", "must be a whole number"),
                Map.entry("\"init\": \" \"", "must be true or false"),
                Map.entry("\"init\": \"maybe\"", "must be true or false"),
                Map.entry("\"command\": \"sh\"", "must be a list"),
                Map.entry("\"labels\": [1]", "must be an object"),
                Map.entry("\"hostname\": {}", "must be a text"),
                Map.entry("\"nameServers\": [\"nowhere\"]", "is not an IPv4 or IPv6 address: 'nowhere'"),
                Map.entry("\"hostnam\": \"www\"", "is not a known field; similar: hostname"));
        reasons.forEach((field, reason) -> {
            MvcTestResult refused = call(OPERATOR, HttpMethod.POST, "/api/v1/jails", Map.of(), body(", " + field));
            assertThat(refused).as(field).hasStatus(422);
            assertThat(json(refused).at("/errors/0/message").asString())
                    .as(field)
                    .isEqualTo(reason);
        });
    }

    @Test
    void namesTheVariableThatCannotBePassedOn() {
        refuses(422, "/environment/a=~1b", body(", \"environment\": {\"a=/b\": \"\"}"));
        JsonNode jail = make(", \"environment\": {\"my.var-1\": \"1\"}, \"limits\": {\"memory\": \"0.5G\"}", "names");
        assertThat(jail.at("/environment/my.var-1").asString()).isEqualTo("1");
        assertThat(jail.at("/limits/memory").asLong()).isEqualTo(512 << 20);
    }
}
