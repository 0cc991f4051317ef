package dev.bailiwick.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** How the command of a jail is executed, from the API to the running process. */
@OnFleet
class ExecutionTest {

    private static ObjectNode script(Fleet fleet, String name, int number, String script) {
        ObjectNode definition = fleet.definition(name, number);
        definition.putArray("command").add("/bin/sh").add("-c").add(script);
        return definition;
    }

    private static void awaitLog(Fleet fleet, Jail jail, String text) {
        await().atMost(Duration.ofSeconds(60))
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> Files.readString(fleet.logOf(jail)).contains(text));
    }

    private static void assertSays(Jail jail, String reason, String beginning) {
        assertThat(jail.status().conditions()).anySatisfy(condition -> {
            assertThat(condition.reason()).isEqualTo(reason);
            assertThat(condition.message()).startsWith(beginning);
        });
    }

    @Test
    void aCommandRunsAsTheUserAndInTheDirectoryOfItsDefinition(Fleet fleet) {
        ObjectNode definition = script(fleet, "executed", 90, "echo $(id -u):$(id -g) in $(pwd); exec sleep infinity");
        definition.put("user", "www-data").put("workingDirectory", "/var/log");
        Jail jail = fleet.create(definition);
        awaitLog(fleet, jail, "33:33 in /var/log\n");
        String path = "jails/" + jail.id();

        Jail refused = fleet.operator()
                .patch(path + "?wait=1m", "{\"user\": \"nginx\"}")
                .jail();
        assertThat(refused.status().phase())
                .as("the jail keeps running as before")
                .isEqualTo("running");
        assertSays(refused, "UserUnknown", "user nginx: the jail's /etc/passwd does not list a user nginx");

        Jail lost = fleet.operator()
                .patch(path + "?wait=1m", "{\"user\": \"1000:1000\", \"workingDirectory\": \"/srv/none\"}")
                .jail();
        assertSays(lost, "StartFailed", "workingDirectory /srv/none does not exist in the jail (openat2: ENOENT)");

        Jail again = fleet.operator()
                .patch(path + "?wait=1m", "{\"workingDirectory\": null}")
                .jail();
        assertThat(again.status().phase()).isEqualTo("running");
        awaitLog(fleet, again, "1000:1000 in /\n");
    }

    @Test
    void aDaemonFindsItsDirectoryBelowRunAtEachStart(Fleet fleet) throws IOException {
        ObjectNode definition =
                script(fleet, "daemon", 91, "stat -c '%n %u:%g %a' /run/php && mkdir /run/more; exec sleep infinity");
        definition
                .putArray("runDirectories")
                .addObject()
                .put("path", "/run/php")
                .put("owner", "www-data");
        Jail jail = fleet.create(definition);
        awaitLog(fleet, jail, "/run/php 33:33 755\n");

        fleet.operator().post("jails/" + jail.id() + "/restart?wait=1m").jail();
        awaitLog(fleet, jail, "/run/php 33:33 755\n/run/php 33:33 755\n");
        assertThat(Files.readString(fleet.logOf(jail))).doesNotContain("File exists");
    }

    @Test
    void anInitIsTheFirstProcessIfTheDefinitionAsksForOne(Fleet fleet) throws IOException {
        ObjectNode definition = script(
                fleet, "below", 92, "cat /proc/1/comm; trap 'echo asked; exit 0' TERM; while :; do sleep 0.05; done");
        definition.put("init", true);
        Jail jail = fleet.create(definition);
        awaitLog(fleet, jail, "init\n");
        Jail stopped =
                fleet.operator().post("jails/" + jail.id() + "/stop?wait=1m").jail();
        assertThat(stopped.status().phase()).isEqualTo("stopped");
        assertThat(Files.readString(fleet.logOf(jail))).isEqualTo("init\nasked\n");
    }

    @Test
    void aJailAsksTheServersOfItsDefinitionAndSearchesWhereItsHostSays(Fleet fleet) {
        ObjectNode definition =
                script(fleet, "names", 93, "cat /etc/resolv.conf; getent hosts db.internal; exec sleep infinity");
        definition.putArray("nameServers").add("203.0.113.53");
        definition.putObject("extraHosts").put("db.internal", "198.18.0.7");
        Jail jail = fleet.create(definition);
        awaitLog(fleet, jail, "nameserver 203.0.113.53\n");
        awaitLog(fleet, jail, "198.18.0.7      db.internal\n");

        String ofHost = "hosts/" + fleet.host() + "/resolver";
        fleet.operator()
                .put(ofHost, "{\"searchDomains\": [\"host.example\"], \"resolverOptions\": [\"ndots:2\"]}")
                .requireSuccess();
        try {
            // The host learns it on its own thread, soon after the answer.
            await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
                fleet.operator().post("jails/" + jail.id() + "/restart?wait=1m").requireSuccess();
                assertThat(Files.readString(fleet.logOf(jail)))
                        .contains("nameserver 203.0.113.53\nsearch host.example\noptions ndots:2\n");
            });
        } finally {
            fleet.operator().put(ofHost, "{}").requireSuccess();
        }
    }
}
