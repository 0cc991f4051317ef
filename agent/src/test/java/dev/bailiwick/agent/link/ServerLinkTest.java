package dev.bailiwick.agent.link;

import static dev.bailiwick.agent.link.Jails.id;
import static dev.bailiwick.agent.link.Jails.kept;
import static dev.bailiwick.agent.link.Jails.removed;
import static dev.bailiwick.agent.link.Jails.stopped;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.bailiwick.jail.HostFacts;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.jail.desired.DesiredState;
import dev.bailiwick.jail.desired.StateChange;
import dev.bailiwick.protocol.v1.AgentMessage;
import dev.bailiwick.protocol.v1.Forgotten;
import dev.bailiwick.protocol.v1.Hello;
import dev.bailiwick.protocol.v1.ServerMessage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ServerLinkTest extends LinkedAgent {

    @Test
    void saysWhatTheHostCanHoldAnewWhereThatHasChanged() throws Exception {
        link.start(changes::add);
        FakeServer.Stream first = server.stream();
        assertThat(first.next().getHello().getFacts().getCapabilitiesList()).isEmpty();
        first.welcome(60_000);

        facts = new HostFacts(
                "6.18",
                "x86_64",
                "Debian",
                2,
                4L << 30,
                "boot",
                "/jails",
                List.of(HostFacts.Capability.missing("forwarding", "others drop it")));

        Hello second = server.stream().next().getHello();
        assertThat(second.getFacts().getCapabilitiesList())
                .singleElement()
                .satisfies(capability -> assertThat(capability.getReason()).isEqualTo("others drop it"));
    }

    @Test
    void beatsAsOftenAsTheServerWants() throws Exception {
        link.start(changes::add);
        FakeServer.Stream stream = server.stream();
        stream.next();
        stream.welcome(100);
        assertThat(stream.nextOfAnyKind().hasDifferences()).isTrue();
        for (int beat = 0; beat < 3; beat++) {
            assertThat(stream.nextOfAnyKind().hasHeartbeat()).isTrue();
        }
    }

    @Test
    void comesBackMoreAndMoreSeldomToAServerThatLeavesItAtOnce() throws Exception {
        link.start(changes::add);
        int streams = 0;
        FakeServer.Stream first = server.stream();
        long end = System.nanoTime() + Duration.ofSeconds(4).toNanos();
        for (FakeServer.Stream stream = first; stream != null; stream = server.streamUntil(end)) {
            streams++;
            stream.welcome(60_000);
            stream.breakOff();
        }
        assertThat(streams).isBetween(3, 8);
    }

    /** The end of a jail cannot wait: it is durable and passed on, whatever came before it, even if the agent is killed meanwhile. */
    @Test
    void stopsAndRemovesJailsWhileItsDiskIsFull() throws Exception {
        link.close();
        Path state = Files.createDirectory(directory.resolve("ends"));
        assumeThat(command("mount", "-t", "tmpfs", "-o", "size=2m", "full", state.toString()))
                .as("a small disk can be mounted here, which takes root")
                .isZero();
        try {
            link = open(state);
            link.start(changes::add);
            FakeServer.Stream stream = connected();
            stream.snapshot(3, kept(1, 1), kept(2, 1), kept(3, 1), kept(4, 1));
            assertThat(stream.next().getAccepted().getRevision()).isEqualTo(3);
            nextHandedOver();
            Path filler = state.resolve("filler");
            assertThatThrownBy(() -> Files.write(filler, new byte[4 << 20])).hasMessageContaining("No space left");

            stream.delta(
                    4,
                    Stream.concat(
                                    IntStream.range(5, 405).mapToObj(jail -> kept(jail, 1)),
                                    Stream.of(kept(1, 2), stopped(2, 2), kept(3, 2)))
                            .toArray(DesiredJail[]::new));
            assertThat(changes.poll(60, TimeUnit.SECONDS))
                    .isEqualTo(new StateChange(3, List.of(stopped(2, 2)), List.of()));
            stream.delta(5, removed(3, 3), stopped(1, 3));
            assertThat(changes.poll(60, TimeUnit.SECONDS))
                    .isEqualTo(new StateChange(3, List.of(stopped(1, 3), removed(3, 3)), List.of()));
            assertThat(stream.next().getHostConditions().getConditions(0).getMessage())
                    .contains("revision 4")
                    .contains("Jails can be stopped and removed");

            link.close();
            link = open(state);
            assertThat(link.desired())
                    .isEqualTo(new DesiredState(
                            3,
                            Map.of(
                                    id(1),
                                    stopped(1, 3),
                                    id(2),
                                    stopped(2, 2),
                                    id(3),
                                    removed(3, 3),
                                    id(4),
                                    kept(4, 1))));
            link.start(changes::add);
            stream = connected();
            stream.delta(
                    5,
                    Stream.concat(
                                    IntStream.range(5, 405).mapToObj(jail -> kept(jail, 1)),
                                    Stream.of(stopped(1, 3), stopped(2, 2), removed(3, 3)))
                            .toArray(DesiredJail[]::new));
            Files.delete(filler);
            for (AgentMessage said = stream.next(); !said.hasAccepted(); said = stream.next()) {
                assertThat(said.hasHostConditions()).as(said.toString()).isTrue();
            }
            assertThat(link.desired().revision()).isEqualTo(5);
            assertThat(link.desired().holds()).isEmpty();
            DesiredState stored = link.desired();
            link.close();
            link = open(state);
            assertThat(link.desired()).isEqualTo(stored);
        } finally {
            link.close();
            command("umount", state.toString());
        }
    }

    /** In whatever order commits that failed are finally stored, no removed jail returns. */
    @Test
    void goesOnWithAllThatWaitedForTheDisk() throws Exception {
        link.close();
        Path state = Files.createDirectory(directory.resolve("later"));
        assumeThat(command("mount", "-t", "tmpfs", "-o", "size=2m", "full", state.toString()))
                .as("a small disk can be mounted here, which takes root")
                .isZero();
        try {
            link = open(state);
            link.start(changes::add);
            FakeServer.Stream stream = connected();
            stream.snapshot(3, kept(1, 1), kept(2, 1));
            stream.next();
            Path filler = state.resolve("filler");
            assertThatThrownBy(() -> Files.write(filler, new byte[4 << 20])).hasMessageContaining("No space left");
            stream.delta(
                    4,
                    Stream.concat(IntStream.range(5, 405).mapToObj(jail -> kept(jail, 1)), Stream.of(kept(1, 2)))
                            .toArray(DesiredJail[]::new));
            stream.delta(5, stopped(1, 3), removed(5, 2));
            nextHandedOver();
            assertThat(changes.poll(60, TimeUnit.SECONDS))
                    .isEqualTo(new StateChange(3, List.of(stopped(1, 3)), List.of()));
            stream.delta(6, removed(2, 2));
            assertThat(changes.poll(60, TimeUnit.SECONDS))
                    .isEqualTo(new StateChange(3, List.of(removed(2, 2)), List.of()));
            stream.say(ServerMessage.newBuilder()
                    .setForgotten(Forgotten.newBuilder().addJailIds(id(2).toString()))
                    .build());
            Files.delete(filler);
            AgentMessage said;
            do {
                said = stream.next();
            } while (!said.hasAccepted() || said.getAccepted().getRevision() != 6);
            assertThat(link.desired().holds()).isEmpty();
            assertThat(link.desired().objects())
                    .containsEntry(id(1), stopped(1, 3))
                    .containsEntry(id(5), removed(5, 2))
                    .doesNotContainKey(id(2))
                    .hasSize(401);
        } finally {
            link.close();
            command("umount", state.toString());
        }
    }
}
