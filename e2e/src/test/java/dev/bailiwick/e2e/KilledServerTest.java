package dev.bailiwick.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
                .atMost(Duration.ofSeconds(60))
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
                .atMost(Duration.ofSeconds(60))
                .until(() -> fleet.operator().jail(jail.id()).orElseThrow().isSettled());
        assertThat(fleet.operator().jail(jail.id()).orElseThrow().initPid()).isNotEqualTo(jail.initPid());
    }

    @Test
    void aSuspensionInWhichTheServerDiesTakesEffectWholeOrNotAtAll(Fleet fleet) throws Exception {
        String unpaid = fleet.newCustomer("Unpaid");
        List<Jail> jails = new ArrayList<>();
        for (int number = 0; number < 3; number++) {
            ObjectNode definition = fleet.definition("unpaid-" + number, 80 + number);
            definition.put("customer", unpaid);
            jails.add(fleet.create(definition));
        }
        String customer = "customers/" + unpaid;

        // Before its commit: the transaction has the customer, and waits for the hosts.
        fleet.database()
                .holdingHosts(
                        () -> Thread.ofVirtual().start(() -> {
                            try {
                                fleet.operator().post(customer + "/suspend", "{\"reason\": \"unpaid\"}");
                            } catch (UncheckedIOException expected) {
                                // The server dies before it answers.
                            }
                        }),
                        () -> fleet.server().kill());
        startAgain(fleet);
        assertThat(fleet.operator().get(customer).json().path("suspendedAt").isNull()
                        || fleet.operator()
                                .get(customer)
                                .json()
                                .path("suspendedAt")
                                .isMissingNode())
                .isTrue();
        awaitAll(fleet, jails, "running");

        // After its commit, before the host has carried it out.
        fleet.operator().post(customer + "/suspend", "{\"reason\": \"unpaid\"}").requireSuccess();
        fleet.server().kill();
        startAgain(fleet);
        awaitAll(fleet, jails, "stopped");

        fleet.operator().post(customer + "/unsuspend").requireSuccess();
        fleet.server().kill();
        startAgain(fleet);
        awaitAll(fleet, jails, "running");
    }

    private static void startAgain(Fleet fleet) throws Exception {
        fleet.server().start();
        fleet.awaitReady();
        fleet.awaitConnected();
    }

    private static void awaitAll(Fleet fleet, List<Jail> jails, String phase) {
        await("all jails are " + phase)
                .atMost(Duration.ofSeconds(60))
                .until(() -> jails.stream()
                        .map(jail -> fleet.operator().jail(jail.id()).orElseThrow())
                        .allMatch(jail ->
                                jail.isSettled() && jail.status().phase().equals(phase)));
    }
}
