package dev.bailiwick.agent.link;

import static dev.bailiwick.agent.link.Jails.id;
import static dev.bailiwick.agent.link.Jails.kept;
import static dev.bailiwick.agent.link.Jails.removed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.bailiwick.agent.link.state.SnapshotStore;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.jail.desired.DesiredState;
import dev.bailiwick.jail.desired.Hold;
import dev.bailiwick.jail.desired.Hold.Kind;
import dev.bailiwick.jail.desired.StateChange;
import dev.bailiwick.protocol.Wire;
import dev.bailiwick.protocol.v1.Difference;
import dev.bailiwick.protocol.v1.Hello;
import dev.bailiwick.protocol.v1.LetGo;
import dev.bailiwick.protocol.v1.ServerMessage;
import dev.bailiwick.protocol.v1.SnapshotBegin;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The desired state, from the server to the disk and to the host. */
class LinkedDesiredStateTest extends LinkedAgent {

    @Test
    void storesBeforeItAcceptsAndHandsOver() throws Exception {
        link.start(changes::add);
        FakeServer.Stream stream = connected();
        stream.snapshot(3, kept(1, 1), kept(2, 1));

        assertThat(stream.next().getAccepted().getRevision()).isEqualTo(3);
        DesiredState expected = new DesiredState(3, Map.of(id(1), kept(1, 1), id(2), kept(2, 1)));
        assertThat(new SnapshotStore(directory).load()).isEqualTo(new SnapshotStore.Loaded.Intact(expected));
        assertThat(nextHandedOver()).isEqualTo(expected);
    }

    @Test
    void nextAgentStartsFromTheDiskWithTheServerAway() throws Exception {
        link.start(changes::add);
        FakeServer.Stream stream = connected();
        stream.snapshot(3, kept(1, 1));
        DesiredState stored = nextHandedOver();
        link.close();

        link = open();
        assertThat(link.desired()).isEqualTo(stored);
    }

    @Test
    void partOfSnapshotCountsForNothing() throws Exception {
        link.start(changes::add);
        FakeServer.Stream stream = connected();
        stream.snapshot(3, kept(1, 1));
        nextHandedOver();
        stream.say(ServerMessage.newBuilder()
                .setSnapshotBegin(SnapshotBegin.getDefaultInstance())
                .build());
        stream.say(Wire.toWire(kept(2, 1)));
        stream.breakOff();

        assertThat(server.stream().next().getHello().getAcceptedRevision()).isEqualTo(3);
        assertThat(changes).isEmpty();
    }

    @Test
    void claimsItsRevisionAndTakesDeltasAfterReconnect() throws Exception {
        link.start(changes::add);
        FakeServer.Stream stream = connected();
        stream.snapshot(3, kept(1, 1));
        nextHandedOver();
        stream.breakOff();

        FakeServer.Stream second = server.stream();
        assertThat(second.next().getHello().getAcceptedRevision()).isEqualTo(3);
        second.welcome(60_000);
        second.delta(4, removed(1, 2));
        assertThat(second.next().getAccepted().getRevision()).isEqualTo(4);
        assertThat(changes.poll(60, TimeUnit.SECONDS)).isEqualTo(new StateChange(4, List.of(removed(1, 2)), List.of()));
    }

    /** A server that keeps no hashes returns with an older database, and continues from there. */
    @Test
    void givesNothingUpForASnapshotOfAnOlderRevision() throws Exception {
        link.start(changes::add);
        FakeServer.Stream stream = connected();
        stream.snapshot(30, kept(1, 1), kept(2, 5));
        assertThat(stream.next().hasAccepted()).isTrue();
        nextHandedOver();
        stream.breakOff();

        FakeServer.Stream restored = connected();
        restored.snapshot(10, kept(2, 4));
        assertThat(restored.next().getAccepted().getRevision()).isEqualTo(10);
        assertThat(nextHandedOver())
                .isEqualTo(new DesiredState(
                        10,
                        Map.of(id(1), kept(1, 1), id(2), kept(2, 5)),
                        Map.of(id(1), new Hold(Kind.UNKNOWN, 1), id(2), new Hold(Kind.CHANGED, 5))));
        assertThat(restored.nextDifferences().getDifferencesList())
                .extracting(Difference::getKind)
                .containsExactly("unknown", "changed");

        restored.delta(11, kept(2, 5), kept(3, 1));
        restored.delta(12, kept(2, 6));
        restored.say(ServerMessage.newBuilder()
                .setLetGo(LetGo.newBuilder().setJailId(id(1).toString()))
                .build());
        nextHandedOver();
        nextHandedOver();
        assertThat(nextHandedOver())
                .isEqualTo(new DesiredState(12, Map.of(id(1), removed(1, 1), id(2), kept(2, 6), id(3), kept(3, 1))));
    }

    @Test
    void saysAtOnceWhichHistoryItHasAndWhatItHolds() throws Exception {
        link.start(changes::add);
        FakeServer.Stream stream = connected();
        stream.say(ServerMessage.newBuilder()
                .setSnapshotBegin(SnapshotBegin.getDefaultInstance())
                .build());
        stream.say(Wire.toWire(kept(1, 1)));
        stream.commit(3, "three");
        nextHandedOver();
        stream.say(Wire.toWire(kept(1, 2)));
        stream.commit(4, "four");
        nextHandedOver();
        link.close();

        link = open();
        link.start(changes::add);
        FakeServer.Stream again = server.stream();
        Hello hello = again.next().getHello();
        assertThat(hello.getKeepsDifferences()).isTrue();
        assertThat(hello.getMarksList())
                .extracting(mark -> mark.getRevision() + " " + mark.getHash().toStringUtf8())
                .containsExactly("4 four", "3 three");
        again.welcome(60_000);
        // It continued from 3 with other changes, to the same generation and beyond; it does not know the agent's
        // change of 4.
        again.say(ServerMessage.newBuilder()
                .setSnapshotBegin(SnapshotBegin.newBuilder().setBranched(true).setCommonRevision(3))
                .build());
        again.say(Wire.toWire(kept(1, 7)));
        again.commit(9, "nine");
        assertThat(nextHandedOver().holds()).containsOnly(Map.entry(id(1), new Hold(Kind.CHANGED, 7)));
        again.nextDifferences();
        link.close();

        link = open();
        assertThat(link.desired().holds()).as("survives a restart").containsOnlyKeys(id(1));
        link.start(changes::add);
        FakeServer.Stream third = server.stream();
        assertThat(third.next().getHello().getMarksList())
                .extracting(mark -> mark.getHash().toStringUtf8())
                .containsExactly("nine", "three");
        third.welcome(60_000);
        assertThat(third.nextDifferences().getDifferencesList())
                .singleElement()
                .satisfies(one -> assertThat(one.getKept().getGeneration()).isEqualTo(2));
    }

    @Test
    void asksForSnapshotAfterDeltasItCanNotUse() throws Exception {
        link.start(changes::add);
        FakeServer.Stream stream = connected();
        stream.snapshot(30, kept(1, 5));
        nextHandedOver();
        stream.delta(29, kept(1, 6));

        FakeServer.Stream again = server.stream();
        assertThat(again.next().getHello().getAcceptedRevision()).isZero();
        again.welcome(60_000);
        again.snapshot(31, kept(1, 6));
        assertThat(again.next().getAccepted().getRevision()).isEqualTo(31);
    }

    @Test
    void saysWhyItsDiskHoldsNothing() throws Exception {
        link.close();
        Files.writeString(directory.resolve("desired.state"), "torn");
        link = open();
        link.start(changes::add);
        FakeServer.Stream stream = server.stream();
        assertThat(stream.next().getHello().getAcceptedRevision()).isZero();
        stream.welcome(60_000);
        assertThat(stream.next().getHostConditions().getConditionsList())
                .singleElement()
                .satisfies(condition -> {
                    assertThat(condition.getReason()).isEqualTo("DesiredStateDamaged");
                    assertThat(condition.getMessage()).contains("was damaged");
                });
    }

    @Test
    void staysAndSaysWhyWhileItsDiskIsFull() throws Exception {
        link.close();
        Path state = Files.createDirectory(directory.resolve("state"));
        assumeThat(command("mount", "-t", "tmpfs", "-o", "size=1m", "full", state.toString()))
                .as("a small disk can be mounted here, which takes root")
                .isZero();
        try {
            link = open(state);
            link.start(changes::add);
            FakeServer.Stream stream = connected();
            stream.snapshot(3, kept(1, 1));
            assertThat(stream.next().getAccepted().getRevision()).isEqualTo(3);
            Path filler = state.resolve("filler");
            assertThatThrownBy(() -> Files.write(filler, new byte[2 << 20])).hasMessageContaining("No space left");

            stream.delta(
                    4, IntStream.range(2, 202).mapToObj(jail -> kept(jail, 1)).toArray(DesiredJail[]::new));
            assertThat(stream.next().getHostConditions().getConditionsList())
                    .singleElement()
                    .satisfies(condition -> {
                        assertThat(condition.getReason()).isEqualTo("DesiredStateNotStored");
                        assertThat(condition.getMessage())
                                .contains("revision 4")
                                .contains("No space left");
                    });
            long soon = System.nanoTime() + Duration.ofMillis(1500).toNanos();
            assertThat(server.streamUntil(soon)).as("another stream").isNull();
            assertThat(link.desired().revision())
                    .as("the revision that the agent keeps")
                    .isEqualTo(3);

            Files.delete(filler);
            assertThat(stream.next().getHostConditions().getConditionsList()).isEmpty();
            assertThat(stream.next().getAccepted().getRevision()).isEqualTo(4);
            nextHandedOver();
            assertThat(nextHandedOver().objects()).hasSize(201);
            stream.delta(5, removed(1, 2));
            assertThat(stream.next().getAccepted().getRevision()).isEqualTo(5);
            assertThat(changes.poll(60, TimeUnit.SECONDS))
                    .isEqualTo(new StateChange(5, List.of(removed(1, 2)), List.of()));
        } finally {
            link.close();
            command("umount", state.toString());
        }
    }
}
