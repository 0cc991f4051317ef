package dev.bailiwick.agent.link;

import static dev.bailiwick.agent.link.Jails.id;
import static dev.bailiwick.agent.link.Jails.kept;
import static dev.bailiwick.agent.link.Jails.removed;
import static dev.bailiwick.agent.link.Jails.report;
import static dev.bailiwick.agent.link.Jails.stopped;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import dev.bailiwick.agent.kernel.FilesReport;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.HostFacts;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.desired.Desired;
import dev.bailiwick.jail.desired.DesiredState;
import dev.bailiwick.jail.desired.Held;
import dev.bailiwick.jail.desired.Held.Kind;
import dev.bailiwick.jail.desired.StateChange;
import dev.bailiwick.jail.question.HostAnswer;
import dev.bailiwick.jail.question.HostQuestion;
import dev.bailiwick.jail.report.Denial;
import dev.bailiwick.jail.report.DenialAnswer;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.jail.report.Report;
import dev.bailiwick.protocol.ReportWire;
import dev.bailiwick.protocol.Wire;
import dev.bailiwick.protocol.v1.AgentMessage;
import dev.bailiwick.protocol.v1.Answer;
import dev.bailiwick.protocol.v1.Condition;
import dev.bailiwick.protocol.v1.Denials;
import dev.bailiwick.protocol.v1.DenialsTaken;
import dev.bailiwick.protocol.v1.DesiredObject;
import dev.bailiwick.protocol.v1.Difference;
import dev.bailiwick.protocol.v1.Forgotten;
import dev.bailiwick.protocol.v1.Hello;
import dev.bailiwick.protocol.v1.LetGo;
import dev.bailiwick.protocol.v1.PathQuestion;
import dev.bailiwick.protocol.v1.Question;
import dev.bailiwick.protocol.v1.RootPathQuestion;
import dev.bailiwick.protocol.v1.RootPathVerdict;
import dev.bailiwick.protocol.v1.ServerMessage;
import dev.bailiwick.protocol.v1.SnapshotBegin;
import dev.bailiwick.protocol.v1.Unanswered;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerLinkTest {

    private static final HostFacts FACTS =
            new HostFacts("6.18", "x86_64", "Debian", 2, 4L << 30, "boot", "/jails", List.of());

    @TempDir
    private Path directory;

    private final BlockingQueue<StateChange> changes = new LinkedBlockingQueue<>();
    private final BlockingQueue<Denial> refused = new LinkedBlockingQueue<>();
    private volatile HostFacts facts = FACTS;
    private final Semaphore blocked = new Semaphore(0);
    private final Semaphore unblock = new Semaphore(0);
    private DesiredState worksTowards = DesiredState.NONE;
    private FakeServer server;
    private ServerLink link;

    @BeforeEach
    void start() throws IOException {
        server = new FakeServer();
        link = open();
    }

    @AfterEach
    void stop() {
        link.close();
        server.close();
    }

    private ServerLink open() {
        return open(directory);
    }

    private ServerLink open(Path state) {
        return new ServerLink(
                thread -> NettyChannelBuilder.forAddress("127.0.0.1", server.port())
                        .usePlaintext()
                        .executor(thread)
                        .build(),
                () -> {},
                DesiredStates.read(new SnapshotStore(state)),
                "1.2.3",
                () -> facts,
                this::answer,
                () -> {
                    List<Denial> counted = new ArrayList<>();
                    refused.drainTo(counted);
                    return counted;
                },
                () -> FilesReport.NONE);
    }

    private HostAnswer answer(HostQuestion<?> question) {
        return switch (question) {
            case HostQuestion.MayUsePath(RootPath path, Base _) -> {
                if (path.value().contains("broken")) {
                    throw new IllegalStateException("the file system is broken");
                }
                if (path.value().contains("slow")) {
                    blocked.release();
                    unblock.acquireUninterruptibly();
                }
                yield new HostAnswer.PathVerdict(
                        path.value().contains("bad") ? Optional.of("leaves /jails") : Optional.empty());
            }
        };
    }

    private FakeServer.Stream connected() throws InterruptedException {
        FakeServer.Stream stream = server.stream();
        Hello hello = stream.next().getHello();
        assertThat(hello.getAgentVersion()).isEqualTo("1.2.3");
        stream.welcome(60_000);
        return stream;
    }

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

    /** Waits for the next change; returns the desired state of the host after it. */
    private DesiredState nextHandedOver() throws InterruptedException {
        StateChange change = changes.poll(10, TimeUnit.SECONDS);
        if (change == null) {
            throw new AssertionError("no change arrived within 10 s");
        }
        worksTowards = change.upon(worksTowards);
        return worksTowards;
    }

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
        assertThat(changes.poll(10, TimeUnit.SECONDS)).isEqualTo(new StateChange(4, List.of(removed(1, 2)), List.of()));
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
                        Map.of(id(1), new Held(Kind.UNKNOWN, 1), id(2), new Held(Kind.CHANGED, 5))));
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
        assertThat(nextHandedOver().held()).containsOnly(Map.entry(id(1), new Held(Kind.CHANGED, 7)));
        again.nextDifferences();
        link.close();

        link = open();
        assertThat(link.desired().held()).as("survives a restart").containsOnlyKeys(id(1));
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

    @Test
    void sendsOnlyTheLatestReportOfEachJail() throws Exception {
        for (int generation = 1; generation <= 1000; generation++) {
            link.report(report(1, generation, Phase.STARTING));
        }
        link.report(report(2, 1, Phase.RUNNING));
        link.start(changes::add);
        FakeServer.Stream stream = connected();

        assertThat(reports(stream.next()))
                .containsExactlyInAnyOrder(report(1, 1000, Phase.STARTING), report(2, 1, Phase.RUNNING));
    }

    @Test
    void tellsThatJailIsStartingOnlyIfItTakesLong() throws Exception {
        link.start(changes::add);
        FakeServer.Stream stream = connected();
        link.report(report(1, 1, Phase.STARTING));
        // Not even with a report about another jail that is sent at once.
        link.report(report(2, 1, Phase.RUNNING));
        assertThat(reports(stream.next())).containsExactly(report(2, 1, Phase.RUNNING));
        link.report(report(1, 1, Phase.RUNNING));
        assertThat(reports(stream.next())).containsExactly(report(1, 1, Phase.RUNNING));

        link.report(report(3, 1, Phase.STARTING));
        assertThat(reports(stream.next())).containsExactly(report(3, 1, Phase.STARTING));
    }

    @Test
    void tellsBeforeItLeavesWhatJailsWereRefusedLast() throws Exception {
        assertThat(leavesWithTheLastBlockedCalls().join(Duration.ofSeconds(20))).isTrue();
    }

    /** Less than the second that the agent waits for an answer. */
    @Test
    @Tag("performance")
    void leavesAtOnceOnceTheBlockedCallsAreTaken() throws Exception {
        assertThat(leavesWithTheLastBlockedCalls().join(Duration.ofMillis(900))).isTrue();
    }

    /** Returns the thread that leaves; the server has just taken what the agent sent last. */
    private Thread leavesWithTheLastBlockedCalls() throws Exception {
        link.start(changes::add);
        FakeServer.Stream stream = connected();
        stream.snapshot(3, kept(1, 1));
        assertThat(stream.next().hasAccepted()).isTrue();
        refused.add(new Denial(id(1), "ptrace", DenialAnswer.parse("EPERM"), 7, false, Instant.EPOCH));

        Thread leaving = Thread.ofVirtual().start(link::close);
        Denials batch = stream.next().getDenials();
        assertThat(batch.getDenialsList()).hasSize(1);
        assertThat(leaving.isAlive())
                .as("waits until the server has taken them")
                .isTrue();
        stream.say(ServerMessage.newBuilder()
                .setDenialsTaken(
                        DenialsTaken.newBuilder().setRun(batch.getRun()).setSequence(batch.getSequence()))
                .build());
        return leaving;
    }

    /** Less than the second that the agent waits for a connected server. */
    @Test
    @Tag("performance")
    void leavesAtOnceWhereTheServerIsAway() throws Exception {
        refused.add(new Denial(id(1), "ptrace", DenialAnswer.parse("EPERM"), 7, false, Instant.EPOCH));
        long begin = System.nanoTime();
        link.close();
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofMillis(900));
    }

    @Test
    void tellsAllAgainAfterReconnect() throws Exception {
        link.start(changes::add);
        FakeServer.Stream stream = connected();
        link.report(report(1, 1, Phase.RUNNING));
        assertThat(reports(stream.next())).hasSize(1);
        stream.breakOff();

        assertThat(reports(connected().next())).containsExactly(report(1, 1, Phase.RUNNING));
    }

    @Test
    void tellsNoMoreOfJailTheServerForgot() throws Exception {
        link.start(changes::add);
        FakeServer.Stream stream = connected();
        stream.snapshot(2, removed(1, 2), kept(2, 1));
        stream.next();
        nextHandedOver();
        link.report(report(1, 2, Phase.REMOVED));
        stream.next();
        stream.say(ServerMessage.newBuilder()
                .setForgotten(Forgotten.newBuilder().addJailIds(id(1).toString()))
                .build());
        stream.delta(3);
        assertThat(stream.next().getAccepted().getRevision()).isEqualTo(3);
        assertThat(changes.poll(10, TimeUnit.SECONDS)).isEqualTo(new StateChange(3, List.of(), List.of(id(1))));
        assertThat(link.desired().objects()).containsOnlyKeys(id(2));
        stream.breakOff();

        link.report(report(2, 1, Phase.RUNNING));
        assertThat(reports(connected().next())).containsExactly(report(2, 1, Phase.RUNNING));
    }

    @Test
    void reportsThatWaitShareMessage() throws Exception {
        CountDownLatch linkIsFree = new CountDownLatch(1);
        link.start(change -> {
            changes.add(change);
            await(linkIsFree);
        });
        FakeServer.Stream stream = connected();
        stream.snapshot(3, kept(1, 1));
        nextHandedOver();
        for (int jail = 0; jail < 500; jail++) {
            link.report(report(jail, 1, Phase.RUNNING));
        }
        linkIsFree.countDown();

        assertThat(stream.next().hasAccepted()).isTrue();
        assertThat(reports(stream.next())).hasSize(500);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void answersEachQuestion() throws Exception {
        link.start(changes::add);
        FakeServer.Stream stream = server.stream();
        assertThat(stream.next().getHello().getAnswersList()).containsExactly("path");
        stream.welcome(60_000);
        stream.say(pathQuestion("1", "/jails/good"));
        stream.say(pathQuestion("2", "/jails/bad"));
        stream.say(pathQuestion("3", "relative"));
        stream.say(pathQuestion("4", "/jails/broken"));
        stream.say(unknownQuestion("5"));

        assertThat(stream.next().getAnswer())
                .isEqualTo(Answer.newBuilder()
                        .setQuestionId("1")
                        .setPath(RootPathVerdict.getDefaultInstance())
                        .build());
        assertThat(stream.next().getAnswer())
                .isEqualTo(Answer.newBuilder()
                        .setQuestionId("2")
                        .setPath(RootPathVerdict.newBuilder().setRefusal("leaves /jails"))
                        .build());
        assertThat(stream.next().getAnswer().getUnanswered())
                .isEqualTo(unanswered("refused", "path must be an absolute path below '/'"));
        assertThat(stream.next().getAnswer().getUnanswered())
                .isEqualTo(unanswered("failed", "java.lang.IllegalStateException: the file system is broken"));
        Answer unknown = stream.next().getAnswer();
        assertThat(unknown.getQuestionId()).isEqualTo("5");
        assertThat(unknown.getUnanswered())
                .isEqualTo(unanswered("unsupported", "this agent does not know this kind of question"));
    }

    @Test
    void saysWhenTooManyQuestionsWaitAndAnswersNoneThatNobodyWaitsFor() throws Exception {
        link.start(changes::add);
        FakeServer.Stream stream = connected();
        stream.say(pathQuestion("slow", "/jails/slow"));
        assertThat(blocked.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
        stream.say(question("late", "/jails/good", 0));
        for (int n = 1; n < 64; n++) {
            stream.say(pathQuestion("waiting" + n, "/jails/good"));
        }
        stream.say(pathQuestion("one too many", "/jails/good"));

        Answer first = stream.next().getAnswer();
        assertThat(first.getQuestionId()).isEqualTo("one too many");
        assertThat(first.getUnanswered().getReason()).isEqualTo("overloaded");
        unblock.release();
        assertThat(stream.next().getAnswer().getQuestionId()).isEqualTo("slow");
        assertThat(stream.next().getAnswer().getQuestionId())
                .as("an expired question gets no answer")
                .isEqualTo("waiting1");
    }

    private static Unanswered unanswered(String reason, String detail) {
        return Unanswered.newBuilder().setReason(reason).setDetail(detail).build();
    }

    private static ServerMessage pathQuestion(String id, String path) {
        return question(id, path, 60_000);
    }

    private static ServerMessage question(String id, String path, int limitMillis) {
        return ServerMessage.newBuilder()
                .setQuestion(Question.newBuilder()
                        .setQuestionId(id)
                        .setLimitMillis(limitMillis)
                        .setPath(RootPathQuestion.newBuilder().setPath(path).setBase("thin")))
                .build();
    }

    /** Returns a question that a later server may ask. */
    private static ServerMessage unknownQuestion(String id) {
        UnknownFieldSet later = UnknownFieldSet.newBuilder()
                .addField(
                        500,
                        UnknownFieldSet.Field.newBuilder()
                                .addLengthDelimited(ByteString.EMPTY)
                                .build())
                .build();
        return ServerMessage.newBuilder()
                .setQuestion(Question.newBuilder()
                        .setQuestionId(id)
                        .setLimitMillis(60_000)
                        .setUnknownFields(later))
                .build();
    }

    /** A server of the previous version knows no other questions. */
    @Test
    void answersQuestionsAboutPathsOfTheVersionBefore() throws Exception {
        link.start(changes::add);
        FakeServer.Stream stream = connected();
        ask(stream, "1", "/jails/good", "thin");
        ask(stream, "2", "/jails/bad", "thin");
        ask(stream, "3", "relative", "thin");
        List<String> refusals = new ArrayList<>();
        for (int n = 1; n <= 3; n++) {
            refusals.add(stream.next().getPathVerdict().getRefusal());
        }
        assertThat(refusals).containsExactly("", "leaves /jails", "path must be an absolute path below '/'");
    }

    private static void ask(FakeServer.Stream stream, String question, String path, String base) {
        stream.say(ServerMessage.newBuilder()
                .setPathQuestion(PathQuestion.newBuilder()
                        .setQuestionId(question)
                        .setPath(path)
                        .setBase(base))
                .build());
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
    void comesBackMoreAndMoreSeldomToAServerThatLeavesItAtOnce() throws Exception {
        link.start(changes::add);
        int streams = 0;
        long end = System.nanoTime() + Duration.ofSeconds(4).toNanos();
        for (FakeServer.Stream stream = server.stream(); stream != null; stream = server.streamUntil(end)) {
            streams++;
            stream.welcome(60_000);
            stream.breakOff();
        }
        assertThat(streams).isBetween(3, 8);
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
                    4, IntStream.range(2, 202).mapToObj(jail -> kept(jail, 1)).toArray(Desired[]::new));
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
            assertThat(changes.poll(10, TimeUnit.SECONDS))
                    .isEqualTo(new StateChange(5, List.of(removed(1, 2)), List.of()));
        } finally {
            link.close();
            command("umount", state.toString());
        }
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
                            .toArray(Desired[]::new));
            assertThat(changes.poll(10, TimeUnit.SECONDS))
                    .isEqualTo(new StateChange(3, List.of(stopped(2, 2)), List.of()));
            stream.delta(5, removed(3, 3), stopped(1, 3));
            assertThat(changes.poll(10, TimeUnit.SECONDS))
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
                            .toArray(Desired[]::new));
            Files.delete(filler);
            for (AgentMessage said = stream.next(); !said.hasAccepted(); said = stream.next()) {
                assertThat(said.hasHostConditions()).as(said.toString()).isTrue();
            }
            assertThat(link.desired().revision()).isEqualTo(5);
            assertThat(link.desired().held()).isEmpty();
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
                            .toArray(Desired[]::new));
            stream.delta(5, stopped(1, 3), removed(5, 2));
            nextHandedOver();
            assertThat(changes.poll(10, TimeUnit.SECONDS))
                    .isEqualTo(new StateChange(3, List.of(stopped(1, 3)), List.of()));
            stream.delta(6, removed(2, 2));
            assertThat(changes.poll(10, TimeUnit.SECONDS))
                    .isEqualTo(new StateChange(3, List.of(removed(2, 2)), List.of()));
            stream.say(ServerMessage.newBuilder()
                    .setForgotten(Forgotten.newBuilder().addJailIds(id(2).toString()))
                    .build());
            Files.delete(filler);
            AgentMessage said;
            do {
                said = stream.next();
            } while (!said.hasAccepted() || said.getAccepted().getRevision() != 6);
            assertThat(link.desired().held()).isEmpty();
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

    private static int command(String... words) throws IOException, InterruptedException {
        return new ProcessBuilder(words).inheritIO().start().waitFor();
    }

    @Test
    void forgetsWhatCanBeReadOfAListOfTheForgotten() throws Exception {
        link.start(changes::add);
        FakeServer.Stream stream = connected();
        stream.snapshot(2, removed(1, 2), kept(2, 1));
        stream.next();
        stream.say(ServerMessage.newBuilder()
                .setForgotten(Forgotten.newBuilder().addJailIds("no id").addJailIds(id(1).toString()))
                .build());
        stream.delta(3);
        assertThat(stream.next().getAccepted().getRevision()).isEqualTo(3);
        assertThat(link.desired().objects()).containsOnlyKeys(id(2));
    }

    private static List<Report> reports(AgentMessage message) {
        assertThat(message.hasReports()).as(message.toString()).isTrue();
        return message.getReports().getReportsList().stream()
                .map(ReportWire::fromWire)
                .toList();
    }
}
