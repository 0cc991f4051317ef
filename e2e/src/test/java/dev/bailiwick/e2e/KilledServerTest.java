package dev.bailiwick.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** After the server dies, jails keep running, and the agent connects to the next server by itself. */
@OnFleet
class KilledServerTest {

    @Test
    void nothingAcknowledgedIsLostWithTheServer(Fleet fleet) throws Exception {
        CrashScenario scenario = new CrashScenario(fleet);
        scenario.losesNothing("The server", scenario.theServer());
    }

    @Test
    @Tag("performance")
    void isBackInTime(Fleet fleet) throws Exception {
        CrashScenario scenario = new CrashScenario(fleet);
        scenario.losesNothing("The server", scenario.theServer()).requireAtMost(Duration.ofSeconds(90));
    }

    @Test
    void aJailThatIsBeingRestartedRunsAgainWithoutTheServer(Fleet fleet) throws Exception {
        ObjectNode definition = fleet.definition("stubborn", 72);
        String command = definition
                .get("command")
                .valueStream()
                .map(word -> "'" + word.asString().replace("'", "'\\''") + "'")
                .collect(Collectors.joining(" "));
        // A first process that does not handle SIGTERM does not end by it. So there is time to kill the server.
        definition.putArray("command").add("/bin/sh").add("-c").add(command + " & while :; do sleep 1; done");
        Jail jail = fleet.create(definition);
        assertThat(WebJail.awaitPage(jail)).startsWith("stubborn");

        fleet.operator().post("jails/" + jail.id() + "/restart").requireSuccess();
        await("it is stopping")
                .atMost(Duration.ofSeconds(5))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> fleet.operator()
                        .jail(jail.id())
                        .orElseThrow()
                        .status()
                        .phase()
                        .equals("stopping"));
        fleet.server().kill();
        try {
            assertThat(ProcessHandle.of(jail.initPid())
                            .map(ProcessHandle::onExit)
                            .orElseThrow())
                    .succeedsWithin(Duration.ofSeconds(20));
            assertThat(WebJail.awaitPage(jail)).startsWith("stubborn");
        } finally {
            fleet.server().start();
            fleet.awaitReady();
            fleet.awaitConnected();
        }
        await("the server knows")
                .atMost(Duration.ofSeconds(10))
                .until(() -> fleet.operator().jail(jail.id()).orElseThrow().isSettled());
        assertThat(fleet.operator().jail(jail.id()).orElseThrow().initPid()).isNotEqualTo(jail.initPid());
    }
}
