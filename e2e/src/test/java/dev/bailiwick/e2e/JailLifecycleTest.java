package dev.bailiwick.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** One definition from the request by REST to the database, the host and the kernel, and the report back. */
@OnFleet
class JailLifecycleTest {

    @Test
    void oneRequestMakesAJailThatServesAtItsOwnAddress(Fleet fleet) throws Exception {
        HostLeftovers before = HostLeftovers.of(fleet.partition());
        ObjectNode definition = fleet.definition("web", 1);
        definition
                .withObject("policy")
                .putArray("overrides")
                .addObject()
                .put("call", "ptrace")
                .put("decision", "deny")
                .put("reason", "nobody debugs here");

        Answer answer = fleet.operator().post("jails?wait=1m", definition.toString());
        Jail jail = answer.jail();

        assertThat(answer.status()).isEqualTo(201);
        assertThat(jail.status().phase()).isEqualTo("running");
        assertThat(jail.status().generation()).isEqualTo(jail.generation()).isEqualTo(1);
        assertThat(jail.status().steps()).extracting(Jail.Step::name).contains("sandbox", "root", "routes", "exec");
        assertThat(WebJail.awaitPage(jail)).isEqualTo("web with user 0");
        assertThat(HostLeftovers.uidOf(jail.initPid()))
                .isBetween(fleet.partition().firstHostId(), fleet.partition().endOfHostIds() - 1);
        HostLeftovers running = HostLeftovers.of(fleet.partition());
        assertThat(running.mounts()).as("a jail's mounts are its own").isEqualTo(before.mounts());
        assertThat(running.links()).hasSize(1);
        assertThat(running.routes()).hasSize(1);
        assertThat(running.cgroups()).containsExactly(HostLeftovers.cgroupOf(jail.initPid()));
        assertThat(running.processes()).containsExactly(Integer.toString(jail.initPid()));
        assertThat(fleet.operator().jail(jail.id())).hasValueSatisfying(seen -> {
            assertThat(seen.status().steps()).isNotEmpty();
            assertThat(seen.initPid()).isEqualTo(jail.initPid());
        });
    }

    @Test
    void aJailIsStoppedStartedRestartedAndDeleted(Fleet fleet) throws Exception {
        Jail jail = fleet.create(fleet.definition("web", 2));
        String path = "jails/" + jail.id();

        Jail stopped = fleet.operator().post(path + "/stop?wait=1m").jail();
        assertThat(stopped.status().phase()).isEqualTo("stopped");
        assertThat(HostLeftovers.of(fleet.partition()).processes()).isEmpty();
        await("the kernel has removed its link, a moment later")
                .atMost(Duration.ofSeconds(60))
                .until(() -> HostLeftovers.of(fleet.partition()).links().isEmpty());

        Jail started = fleet.operator().post(path + "/start?wait=1m").jail();
        assertThat(started.status().phase()).isEqualTo("running");
        assertThat(WebJail.awaitPage(started)).startsWith("web");

        Jail restarted = fleet.operator().post(path + "/restart?wait=1m").jail();
        assertThat(restarted.status().phase()).isEqualTo("running");
        assertThat(restarted.initPid()).isNotEqualTo(started.initPid());
        assertThat(WebJail.awaitPage(restarted)).startsWith("web");

        Answer deleted = fleet.operator().delete(path + "?files=delete&wait=1m");
        assertThat(deleted.status()).isEqualTo(204);
        assertThat(fleet.operator().get(path).status()).isEqualTo(404);
        assertThat(Path.of(jail.path())).doesNotExist();
        await().atMost(Duration.ofSeconds(60))
                .until(() -> HostLeftovers.of(fleet.partition()).cgroups().isEmpty());
    }

    @Test
    void aRedefinedJailComesBackAsItIsWantedNow(Fleet fleet) {
        Jail jail = fleet.create(fleet.definition("web", 3));
        assertThat(WebJail.awaitPage(jail)).isEqualTo("web with user 0");

        Jail changed = fleet.operator()
                .patch(
                        "jails/" + jail.id() + "?wait=1m",
                        "{\"environment\":{\"WHO\":\"another\"},\"ip\":\""
                                + fleet.partition().address4(4) + "\"}")
                .jail();

        assertThat(changed.isSettled()).isTrue();
        assertThat(changed.generation()).isEqualTo(2);
        assertThat(WebJail.awaitPage(changed)).isEqualTo("another with user 0");
    }

    @Test
    void whatItsFirstProcessWritesIsInItsLog(Fleet fleet) throws IOException {
        Jail jail = fleet.create(fleet.definition("web", 5));
        await().atMost(Duration.ofSeconds(60))
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> Files.readString(fleet.logOf(jail)).contains("listening\n"));
    }
}
