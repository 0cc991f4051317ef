package dev.bailiwick.server.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.figure.HostFigures;
import dev.bailiwick.jail.figure.HostMetric;
import dev.bailiwick.jail.figure.JailFigures.Counter;
import dev.bailiwick.jail.report.Condition;
import dev.bailiwick.protocol.FigureWire;
import dev.bailiwick.protocol.ReportWire;
import dev.bailiwick.protocol.v1.AgentMessage;
import dev.bailiwick.protocol.v1.Denial;
import dev.bailiwick.protocol.v1.Denials;
import dev.bailiwick.protocol.v1.Figures;
import dev.bailiwick.protocol.v1.JailReport;
import dev.bailiwick.protocol.v1.Reports;
import dev.bailiwick.protocol.v1.ServerMessage;
import dev.bailiwick.server.host.Host;
import dev.bailiwick.server.notification.Notification;
import dev.bailiwick.server.notification.Notifications;
import io.grpc.Status;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** What hosts report about their jails and themselves. */
class HostMessagesTest extends LinkedHosts {

    @Autowired
    private Notifications notifications;

    @Test
    void answersRemovalThatIsDoneWithForgotten() throws Exception {
        JailRow jail = new JailRow(jdbc, host.id(), 3);
        RawAgent.Stream stream = welcomed(joined(), 0);
        jail.retire();
        ServerMessage message = stream.next();
        while (!message.hasRemoval()) {
            message = stream.next();
            if (message.hasCommit()) {
                stream.say(accepted(message.getCommit().getRevision()));
            }
        }
        stream.say(report(jail.id(), 2, "removed"));
        while (!message.hasForgotten()) {
            message = stream.next();
        }
        assertThat(message.getForgotten().getJailIdsList()).containsExactly(jail.id());
    }

    @Test
    void malformedPartOfABatchCostsNoOther() throws Exception {
        JailRow jail = new JailRow(jdbc, host.id(), 4);
        RawAgent.Stream stream = welcomed(joined(), 0);
        Reports.Builder batch = Reports.newBuilder()
                .addReports(report("no id", 1, "running").getReports().getReports(0))
                .addReports(report(jail.id(), 1, "dead").getReports().getReports(0))
                .addReports(report(jail.id(), 1, "running").getReports().getReports(0))
                .addReports(report(UUID.randomUUID().toString(), -1, "running")
                        .getReports()
                        .getReports(0));
        stream.say(AgentMessage.newBuilder().setReports(batch).build());
        Awaitility.await()
                .until(() -> jdbc.sql("SELECT phase FROM jail_status WHERE jail_id = ?::uuid")
                        .param(jail.id())
                        .query(String.class)
                        .optional()
                        .equals(Optional.of("running")));

        Denial denial = Denial.newBuilder()
                .setJailId(jail.id())
                .setCall("ptrace")
                .setAnswer("EPERM")
                .setCount(3)
                .setLastSeenEpochMillis(System.currentTimeMillis())
                .build();
        stream.say(AgentMessage.newBuilder()
                .setDenials(Denials.newBuilder()
                        .setRun(UUID.randomUUID().toString())
                        .setSequence(1)
                        .addDenials(denial.toBuilder().setJailId("no id"))
                        .addDenials(denial.toBuilder().setCount(0))
                        .addDenials(denial))
                .build());
        ServerMessage answer = stream.next();
        while (!answer.hasDenialsTaken()) {
            answer = stream.next();
        }
        assertThat(jdbc.sql("SELECT count FROM denial WHERE jail_id = ?::uuid")
                        .param(jail.id())
                        .query(Long.class)
                        .list())
                .containsExactly(3L);
    }

    @Test
    void keepsWhatAHostSaysIsWrongWithItself() throws Exception {
        RawAgent agent = joined();
        RawAgent.Stream stream = welcomed(agent, 0);
        Condition full = new Condition("DiskFull", "no space is left", Instant.ofEpochMilli(1_900_000_000_000L));
        stream.say(AgentMessage.newBuilder()
                .setHostConditions(ReportWire.toWire(List.of(full)))
                .build());
        Awaitility.await().until(() -> conditions().equals(List.of(full)));
        stream.say(AgentMessage.newBuilder()
                .setHostConditions(ReportWire.toWire(List.of()))
                .build());
        Awaitility.await().until(() -> conditions().isEmpty());

        stream.say(AgentMessage.newBuilder()
                .setHostConditions(ReportWire.toWire(List.of(full)))
                .build());
        Awaitility.await().until(() -> !conditions().isEmpty());
        welcomed(agent, 0);
        assertThat(conditions())
                .as("a new stream reports it again, if it still holds")
                .isEmpty();
    }

    @Test
    void saysThatTheClockOfAHostIsAheadUntilItIsRight() throws Exception {
        String jail = new JailRow(jdbc, host.id(), 10).id();
        RawAgent.Stream stream = welcomed(joined(), 0);
        Condition full = new Condition("DiskFull", "no space is left", Instant.ofEpochMilli(1_900_000_000_000L));
        stream.say(AgentMessage.newBuilder()
                .setHostConditions(ReportWire.toWire(List.of(full)))
                .build());
        stream.say(figures(jail, "1", Duration.ofMinutes(15)));
        Awaitility.await().until(() -> reasons().equals(List.of("DiskFull", "ClockAhead")));
        // Older figures say nothing about the clock.
        stream.say(figures(jail, "2", Duration.ofHours(-2)));
        stream.say(AgentMessage.newBuilder()
                .setHostConditions(ReportWire.toWire(List.of()))
                .build());
        Awaitility.await().until(() -> reasons().equals(List.of("ClockAhead")));
        stream.say(figures(jail, "3", Duration.ofMinutes(-5)));
        Awaitility.await().until(() -> reasons().isEmpty());
    }

    private List<String> reasons() {
        return conditions().stream().map(Condition::reason).toList();
    }

    private static AgentMessage figures(String jail, String batch, Duration fromNow) {
        long slot = Instant.now().plus(fromNow).getEpochSecond() / 300 * 300;
        return AgentMessage.newBuilder()
                .setFigures(Figures.newBuilder()
                        .setBatch(batch)
                        .addRows(AgentMessages.figuresOf(jail).toBuilder().setSlotEpochSeconds(slot)))
                .build();
    }

    private List<Condition> conditions() {
        return hosts.find(host.id()).flatMap(Host::presence).orElseThrow().conditions();
    }

    private static AgentMessage report(String jail, long generation, String phase) {
        return AgentMessage.newBuilder()
                .setReports(Reports.newBuilder()
                        .addReports(JailReport.newBuilder()
                                .setJailId(jail)
                                .setGeneration(generation)
                                .setPhase(phase)
                                .setAtEpochMicros(1_900_000_000_000_000L)))
                .build();
    }

    @Test
    void answersABatchOfDenialsHoweverOftenItComes() throws Exception {
        RawAgent.Stream stream = welcomed(joined(), 0);
        Denials batch = Denials.newBuilder()
                .setRun(UUID.randomUUID().toString())
                .setSequence(1)
                .addDenials(Denial.newBuilder()
                        .setJailId(UUID.randomUUID().toString())
                        .setCall("ptrace")
                        .setAnswer("EPERM")
                        .setCount(3)
                        .setLastSeenEpochMillis(1))
                .build();
        for (int i = 0; i < 2; i++) {
            stream.say(AgentMessage.newBuilder().setDenials(batch).build());
            ServerMessage answer = stream.next();
            while (!answer.hasDenialsTaken()) {
                answer = stream.next();
            }
            assertThat(answer.getDenialsTaken().getRun()).isEqualTo(batch.getRun());
            assertThat(answer.getDenialsTaken().getSequence()).isEqualTo(1);
        }
        stream.say(AgentMessage.newBuilder()
                .setDenials(batch.toBuilder().setRun("nobody"))
                .build());
        assertThat(stream.end().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    }

    @Test
    void storesFiguresOfTheHostItself() throws Exception {
        RawAgent.Stream stream = welcomed(joined(), 0);
        HostFigures figures = new HostFigures(
                UUID.randomUUID(),
                Instant.ofEpochSecond(Instant.now().getEpochSecond() / 300 * 300),
                30,
                Map.of(HostMetric.CPU_TIME, new Counter(5, 10)),
                Map.of());
        send(stream, Figures.newBuilder().setBatch("7").addRows(FigureWire.toWire(figures)));
        assertThat(jdbc.sql("SELECT counters::text FROM host_figure WHERE host_id = ? AND run = ?")
                        .params(host.id().value(), figures.run())
                        .query(String.class)
                        .single())
                .isEqualTo("{\"cpuTime\": [5, 10]}");
    }

    @Test
    void figuresOfABacklogWakePagesOnce() throws Exception {
        String jail = new JailRow(jdbc, host.id(), 11).id();
        RawAgent.Stream stream = welcomed(joined(), 0);
        HostId marker = new HostId(UUID.randomUUID());
        List<Notification> received = new CopyOnWriteArrayList<>();
        try (var _ = notifications.onAny(received::add)) {
            send(
                    stream,
                    Figures.newBuilder()
                            .setBatch("1")
                            .addRows(AgentMessages.figuresOf(jail))
                            .setMore(true));
            send(
                    stream,
                    Figures.newBuilder()
                            .setBatch("2")
                            .addRows(AgentMessages.figuresOf(jail))
                            .setMore(true));
            // Nothing of the last ones is stored.
            send(stream, Figures.newBuilder().setBatch("3"));
            send(stream, Figures.newBuilder().setBatch("4"));
            jdbc.sql("SELECT pg_notify('figures_stored', ?)")
                    .param(marker.toString())
                    .query((_, _) -> marker)
                    .single();
            Awaitility.await().until(() -> received.contains(new Notification.FiguresStored(marker)));
        }
        assertThat(received).containsOnlyOnce(new Notification.FiguresStored(host.id()));
    }

    private static void send(RawAgent.Stream stream, Figures.Builder batch) throws Exception {
        stream.say(AgentMessage.newBuilder().setFigures(batch).build());
        ServerMessage answer = stream.next();
        while (!answer.hasFiguresTaken()) {
            answer = stream.next();
        }
    }

    /** Such as those of a time for which there is no partition. */
    @Test
    void figuresThatCannotBeStoredEndNoSession() throws Exception {
        String jail = new JailRow(jdbc, host.id(), 9).id();
        RawAgent.Stream stream = welcomed(joined(), 0);
        LocalDate today = LocalDate.now(ZoneOffset.UTC);
        Figures batch = Figures.newBuilder()
                .setBatch("1")
                .addRows(AgentMessages.figuresOf(jail).toBuilder()
                        .setSlotEpochSeconds(
                                today.minusDays(25).atStartOfDay(ZoneOffset.UTC).toEpochSecond()))
                .build();
        AgentMessage figures = AgentMessage.newBuilder().setFigures(batch).build();
        maintain(today.plusDays(15));
        try {
            stream.say(figures);
            stream.say(AgentMessage.newBuilder()
                    .setDenials(Denials.newBuilder()
                            .setRun(UUID.randomUUID().toString())
                            .setSequence(1))
                    .build());
            ServerMessage answer = stream.next();
            while (!answer.hasDenialsTaken()) {
                assertThat(answer.hasFiguresTaken())
                        .as("then the agent would delete them")
                        .isFalse();
                answer = stream.next();
            }
        } finally {
            maintain(today);
        }
        stream.say(figures);
        ServerMessage answer = stream.next();
        while (!answer.hasFiguresTaken()) {
            answer = stream.next();
        }
        assertThat(answer.getFiguresTaken().getBatch()).isEqualTo("1");
    }

    private void maintain(LocalDate today) {
        jdbc.sql("SELECT maintain_figure_partitions(?)").param(today).query().listOfRows();
    }
}
