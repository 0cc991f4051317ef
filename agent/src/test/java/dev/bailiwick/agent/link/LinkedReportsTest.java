package dev.bailiwick.agent.link;

import static dev.bailiwick.agent.link.Jails.id;
import static dev.bailiwick.agent.link.Jails.kept;
import static dev.bailiwick.agent.link.Jails.removed;
import static dev.bailiwick.agent.link.Jails.report;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.desired.StateChange;
import dev.bailiwick.jail.report.Denial;
import dev.bailiwick.jail.report.DenialAnswer;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.jail.report.Report;
import dev.bailiwick.protocol.ReportWire;
import dev.bailiwick.protocol.v1.AgentMessage;
import dev.bailiwick.protocol.v1.Denials;
import dev.bailiwick.protocol.v1.DenialsTaken;
import dev.bailiwick.protocol.v1.Forgotten;
import dev.bailiwick.protocol.v1.ServerMessage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Reports and blocked calls, on their way to the server. */
class LinkedReportsTest extends LinkedAgent {

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
        List<Report> told = List.of();
        List<Report> expected = List.of(report(1, 1, Phase.RUNNING));
        // A start takes long, too, if the machine does something else meanwhile.
        for (int jail = 10; jail < 100 && !told.equals(expected); jail += 2) {
            // Not even with a report about another jail that is sent at once.
            expected = List.of(report(jail + 1, 1, Phase.RUNNING), report(jail, 1, Phase.RUNNING));
            told = startsSoon(stream, jail, jail + 1);
        }
        assertThat(told).isEqualTo(expected);

        link.report(report(3, 1, Phase.STARTING));
        assertThat(reports(stream.next())).containsExactly(report(3, 1, Phase.STARTING));
    }

    /** Starts both jails, one of which takes a little longer; returns what is reported to the server. */
    private List<Report> startsSoon(FakeServer.Stream stream, int later, int sooner) throws Exception {
        link.report(report(later, 1, Phase.STARTING));
        link.report(report(sooner, 1, Phase.RUNNING));
        List<Report> told = new ArrayList<>(reports(stream.next()));
        link.report(report(later, 1, Phase.RUNNING));
        while (!told.contains(report(later, 1, Phase.RUNNING))) {
            told.addAll(reports(stream.next()));
        }
        return told;
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
        assertThat(changes.poll(60, TimeUnit.SECONDS)).isEqualTo(new StateChange(3, List.of(), List.of(id(1))));
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
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
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
