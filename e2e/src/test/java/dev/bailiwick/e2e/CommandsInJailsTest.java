package dev.bailiwick.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Commands in a running jail, from the API to the kernel and back. */
@OnFleet
class CommandsInJailsTest {

    private Fleet fleet;
    private Jail jail;

    @BeforeEach
    void startAJail(Fleet shared) {
        fleet = shared;
        ObjectNode definition = fleet.definition("entered", 95);
        definition.putObject("environment").put("GREETING", "hello").put("PLACE", "jail");
        definition.put("workingDirectory", "/var/log").put("user", "www-data");
        definition.putArray("command").add("/bin/sleep").add("infinity");
        jail = fleet.create(definition);
    }

    private Answer run(Api caller, String body) {
        return caller.post("jails/" + jail.id() + "/exec", "{\"wait\": true, " + body.substring(1));
    }

    private static String shell(String script) {
        return "\"command\": [\"/bin/sh\", \"-c\", \"" + script + "\"]";
    }

    @Test
    void answersWithWhatTheCommandWroteAndHowItEnded() {
        JsonNode end = run(
                        fleet.operator(),
                        "{" + shell("echo $GREETING $PLACE; id -un; pwd; cat; echo oops >&2; exit 3")
                                + ", \"environment\": {\"PLACE\": \"world\"}, \"input\": \"typed\\n\"}")
                .json();

        assertThat(end.get("exitCode").asInt()).isEqualTo(3);
        assertThat(end.get("output").asString()).isEqualTo("hello world\nwww-data\n/var/log\ntyped\n");
        assertThat(end.get("errors").asString()).isEqualTo("oops\n");
        assertThat(end.get("timedOut").asBoolean()).isFalse();
        JsonNode root = run(
                        fleet.operator(),
                        "{" + shell("id -u; pwd") + ", \"user\": \"root\", \"workingDirectory\": \"/\"}")
                .json();
        assertThat(root.get("output").asString()).isEqualTo("0\n/\n");
        JsonNode late = run(fleet.operator(), "{" + shell("echo begun; sleep 100") + ", \"timeout\": 3}")
                .json();
        assertThat(late.get("timedOut").asBoolean()).isTrue();
        assertThat(late.hasNonNull("exitCode")).isFalse();
        assertThat(late.get("output").asString()).isEqualTo("begun\n");
    }

    @Test
    void namesTheFieldForWhichItHasNotBegun() {
        assertThat(run(fleet.operator(), "{" + shell("true") + ", \"user\": \"nobody-knows\"}")
                        .problem()
                        .pointers())
                .containsExactly("/user");
        assertThat(run(fleet.operator(), "{\"command\": [\"/bin/nothing\"]}")
                        .problem()
                        .pointers())
                .containsExactly("/command");
        assertThat(run(fleet.operator(), "{" + shell("true") + ", \"workingDirectory\": \"/nowhere\"}")
                        .problem()
                        .pointers())
                .containsExactly("/workingDirectory");
        assertThat(run(fleet.operator(), "{\"command\": [\"ls\"], \"timeout\": 0}")
                        .problem()
                        .pointers())
                .containsExactlyInAnyOrder("/command", "/timeout");
    }

    @Test
    void isForThoseWhoWorkInTheJailWhileItRuns() {
        fleet.operator().post("jails/" + jail.id() + "/stop?wait=1m").jail();
        Answer stopped = run(fleet.operator(), "{" + shell("true") + "}");
        assertThat(stopped.status()).isEqualTo(409);
        assertThat(stopped.problem().type()).endsWith("jail-not-running");
    }
}
