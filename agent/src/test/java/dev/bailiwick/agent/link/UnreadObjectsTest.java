package dev.bailiwick.agent.link;

import static dev.bailiwick.agent.link.Jails.id;
import static dev.bailiwick.agent.link.Jails.kept;
import static dev.bailiwick.agent.link.Jails.removed;
import static dev.bailiwick.agent.link.Jails.report;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.desired.DesiredState;
import dev.bailiwick.protocol.Wire;
import dev.bailiwick.protocol.v1.AgentMessage;
import dev.bailiwick.protocol.v1.Condition;
import dev.bailiwick.protocol.v1.DesiredObject;
import dev.bailiwick.protocol.v1.ServerMessage;
import dev.bailiwick.protocol.v1.SnapshotBegin;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Objects that the server sends and this agent cannot read. */
class UnreadObjectsTest extends LinkedAgent {

    @Test
    void oneDefinitionThatItCannotReadCostsNoOtherJail() throws Exception {
        link.start(changes::add);
        FakeServer.Stream stream = connected();
        stream.snapshot(3, kept(1, 1), kept(2, 1));
        assertThat(stream.next().getAccepted().getRevision()).isEqualTo(3);
        nextHandedOver();
        stream.say(ofTomorrow(1, 2));
        stream.delta(4, kept(3, 1));

        assertThat(stream.next().getAccepted().getRevision()).isEqualTo(4);
        assertThat(nextHandedOver().objects())
                .isEqualTo(Map.of(id(1), kept(1, 1), id(2), kept(2, 1), id(3), kept(3, 1)));
        assertRefuses(stream.next(), 2);
        link.close();

        link = open();
        link.start(changes::add);
        FakeServer.Stream again = server.stream();
        assertThat(again.next().getHello().getAcceptedRevision())
                .as("asks for everything again: another agent may be able to read it")
                .isZero();
        again.welcome(60_000);
        again.say(ServerMessage.newBuilder()
                .setSnapshotBegin(SnapshotBegin.getDefaultInstance())
                .build());
        again.say(ofTomorrow(1, 2));
        again.delta(4, kept(2, 1), kept(3, 1));
        assertThat(again.next().getAccepted().getRevision()).isEqualTo(4);
        assertThat(nextHandedOver())
                .isEqualTo(new DesiredState(4, Map.of(id(1), kept(1, 1), id(2), kept(2, 1), id(3), kept(3, 1))));
        assertRefuses(again.next(), 2);
        again.delta(5, kept(1, 3));
        assertThat(again.next().getAccepted().getRevision()).isEqualTo(5);
        again.breakOff();

        assertThat(server.stream().next().getHello().getAcceptedRevision()).isEqualTo(5);
    }

    private static ServerMessage ofTomorrow(int number, long generation) {
        ServerMessage.Builder known = Wire.toWire(kept(number, generation)).toBuilder();
        known.getObjectBuilder().getJailBuilder().getDefinitionBuilder().setBase("of-tomorrow");
        return known.build();
    }

    /** A later server may send objects of any kind to an agent, whatever kinds the agent has named. */
    @Test
    void leavesOutObjectsOfAKindThatItDoesNotKnowAndReportsSo() throws Exception {
        link.start(changes::add);
        FakeServer.Stream stream = server.stream();
        assertThat(stream.next().getHello().getKindsList()).containsExactly("jail");
        stream.welcome(60_000);
        stream.say(ServerMessage.newBuilder()
                .setSnapshotBegin(SnapshotBegin.getDefaultInstance())
                .build());
        stream.say(object("tide", "full"));
        stream.say(Wire.toWire(kept(1, 1)));
        stream.commit(3, "three");

        Condition condition = stream.next().getHostConditions().getConditions(0);
        assertThat(condition.getReason()).isEqualTo("UnknownObjects");
        assertThat(condition.getMessage()).contains("tide", "update the agent");
        assertThat(stream.next().getAccepted().getRevision()).isEqualTo(3);
        assertThat(nextHandedOver()).isEqualTo(new DesiredState(3, Map.of(id(1), kept(1, 1))));

        stream.delta(4, kept(2, 1));
        assertThat(stream.next().getAccepted().getRevision()).isEqualTo(4);
        assertThat(nextHandedOver().objects()).containsOnlyKeys(id(1), id(2));
        link.close();

        link = open();
        link.start(changes::add);
        FakeServer.Stream again = server.stream();
        assertThat(again.next().getHello().getAcceptedRevision())
                .as("asks for everything: another agent may know the kind")
                .isZero();
        again.welcome(60_000);
        again.snapshot(5, kept(1, 1), kept(2, 1));
        assertThat(again.next().getAccepted().getRevision()).isEqualTo(5);
        again.breakOff();
        assertThat(server.stream().next().getHello().getAcceptedRevision()).isEqualTo(5);
    }

    @Test
    void endsAStreamThatNamesNoKind() throws Exception {
        link.start(changes::add);
        FakeServer.Stream stream = connected();
        stream.say(ServerMessage.newBuilder()
                .setSnapshotBegin(SnapshotBegin.getDefaultInstance())
                .build());
        stream.say(object("", "full"));
        assertThat(server.stream().next().hasHello()).isTrue();
    }

    /** A server of the previous version knows no other form. */
    @Test
    void takesJailsInTheFormOfTheVersionBefore() throws Exception {
        link.start(changes::add);
        FakeServer.Stream stream = connected();
        stream.say(ServerMessage.newBuilder()
                .setSnapshotBegin(SnapshotBegin.getDefaultInstance())
                .build());
        stream.say(Wire.toPrevious(kept(1, 1)).orElseThrow());
        stream.say(Wire.toPrevious(removed(2, 2)).orElseThrow());
        stream.commit(3, "three");
        assertThat(stream.next().getAccepted().getRevision()).isEqualTo(3);
        assertThat(nextHandedOver()).isEqualTo(new DesiredState(3, Map.of(id(1), kept(1, 1), id(2), removed(2, 2))));
    }

    private static ServerMessage object(String kind, String id) {
        return ServerMessage.newBuilder()
                .setObject(DesiredObject.newBuilder().setKind(kind).setId(id).setGeneration(1))
                .build();
    }

    private static void assertRefuses(AgentMessage said, long generation) {
        assertThat(said.getReports().getReportsList()).singleElement().satisfies(report -> {
            assertThat(report.getPhase()).isEqualTo("refused");
            assertThat(report.getGeneration()).isEqualTo(generation);
            assertThat(report.getConditionsList()).singleElement().satisfies(condition -> {
                assertThat(condition.getReason()).isEqualTo("DefinitionUnreadable");
                assertThat(condition.getMessage()).contains("base", "update the agent");
            });
        });
    }
}
