package dev.bailiwick.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The disk of the agent's state is full: a small file system of this test's own. */
@OnFleet
class FullDiskTest {

    private static final Duration PATIENCE = Duration.ofSeconds(40);

    /** So large that a few such definitions do not fit on the disk. */
    private static final int ENVIRONMENT = 20_000;

    @Test
    void stopsAndRemovesJailsAndStaysConnectedAndGoesOnWhenThereIsSpace(Fleet fleet) throws Exception {
        Api operator = fleet.operator();
        Jail stopped = fleet.create(fleet.definition("full-stopped", 70));
        Jail removed = fleet.create(fleet.definition("full-removed", 71));
        Jail running = fleet.create(fleet.definition("full-running", 72));
        Path state = fleet.partition().directory().resolve("state");
        fleet.agent().stop();
        putOnSmallDisk(state);
        try {
            fleet.agent().start();
            fleet.awaitConnected();
            Path filler = state.resolve("filler");
            assertThatThrownBy(() -> Files.write(filler, new byte[64 << 20])).hasMessageContaining("No space left");

            List<Jail> created = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                ObjectNode definition = fleet.definition("full-later-" + i, 73 + i);
                ((ObjectNode) definition.get("environment")).put("FILL", "x".repeat(ENVIRONMENT));
                Answer answer = operator.post("jails", definition.toString());
                assertThat(answer.status()).as(answer.toString()).isEqualTo(201);
                created.add(answer.jail());
            }
            Awaitility.await("the host says so")
                    .atMost(PATIENCE)
                    .until(() -> conditions(fleet).contains("Jails can be stopped and removed"));
            assertThat(fleet.isConnected()).isTrue();
            long connections = connections(fleet);

            operator.patch("jails/" + stopped.id(), "{\"wanted\":\"stopped\"}").requireSuccess();
            operator.delete("jails/" + removed.id() + "?files=delete").requireSuccess();
            Awaitility.await("one is stopped")
                    .atMost(PATIENCE)
                    .until(() -> operator.jail(stopped.id())
                            .orElseThrow()
                            .status()
                            .phase()
                            .equals("stopped"));
            Awaitility.await("one is gone")
                    .atMost(PATIENCE)
                    .until(() -> operator.jail(removed.id()).isEmpty());
            assertThat(Path.of(removed.path())).doesNotExist();
            assertThat(WebJail.page(running)).startsWith("full-running");
            assertThat(created)
                    .noneMatch(jail -> operator.jail(jail.id()).orElseThrow().isSettled());
            assertThat(connections(fleet)).as("streams since").isEqualTo(connections);

            Files.delete(filler);
            for (Jail jail : created) {
                Awaitility.await("it runs")
                        .atMost(PATIENCE)
                        .until(() -> operator.jail(jail.id()).orElseThrow().isSettled());
            }
            Awaitility.await("nothing is wrong any more")
                    .atMost(PATIENCE)
                    .until(() -> conditions(fleet).isEmpty());
            assertThat(operator.jail(stopped.id()).orElseThrow().isSettled()).isTrue();
            assertThat(connections(fleet)).as("streams since").isEqualTo(connections);
        } finally {
            fleet.agent().stop();
            putBack(state);
            fleet.agent().start();
            fleet.awaitConnected();
        }
    }

    private static String conditions(Fleet fleet) {
        StringBuilder messages = new StringBuilder();
        for (JsonNode condition :
                fleet.operator().get("hosts/" + fleet.host()).json().get("conditions")) {
            messages.append(condition.get("message").asString());
        }
        return messages.toString();
    }

    private static long connections(Fleet fleet) throws IOException {
        return Files.readString(fleet.partition().directory().resolve("agent.log"))
                .lines()
                .filter(line -> line.contains("connected to the server") && !line.contains("disconnected"))
                .count();
    }

    private static void putOnSmallDisk(Path state) throws Exception {
        run("mv", state.toString(), state + ".large");
        Files.createDirectory(state);
        run("mount", "-t", "tmpfs", "-o", "size=24m,mode=0700", "small", state.toString());
        run("cp", "-a", state + ".large/.", state.toString());
    }

    private static void putBack(Path state) throws Exception {
        run("rm", "-rf", state + ".large");
        run("cp", "-a", state.toString(), state + ".large");
        run("umount", state.toString());
        Files.delete(state);
        run("mv", state + ".large", state.toString());
    }

    private static void run(String... command) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor())
                .as(String.join(" ", command))
                .isZero();
    }
}
