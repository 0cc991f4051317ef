package dev.bailiwick.server.link;

import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.protocol.v1.Accepted;
import dev.bailiwick.protocol.v1.AgentMessage;
import dev.bailiwick.protocol.v1.Answer;
import dev.bailiwick.protocol.v1.Condition;
import dev.bailiwick.protocol.v1.Counter;
import dev.bailiwick.protocol.v1.Denial;
import dev.bailiwick.protocol.v1.Denials;
import dev.bailiwick.protocol.v1.Difference;
import dev.bailiwick.protocol.v1.Differences;
import dev.bailiwick.protocol.v1.Figures;
import dev.bailiwick.protocol.v1.Heartbeat;
import dev.bailiwick.protocol.v1.Hello;
import dev.bailiwick.protocol.v1.HostConditions;
import dev.bailiwick.protocol.v1.HostFacts;
import dev.bailiwick.protocol.v1.IdRanges;
import dev.bailiwick.protocol.v1.JailFigures;
import dev.bailiwick.protocol.v1.JailReport;
import dev.bailiwick.protocol.v1.KeptFiles;
import dev.bailiwick.protocol.v1.KeptTree;
import dev.bailiwick.protocol.v1.PathVerdict;
import dev.bailiwick.protocol.v1.Removal;
import dev.bailiwick.protocol.v1.Reports;
import dev.bailiwick.protocol.v1.RootPathVerdict;
import dev.bailiwick.protocol.v1.StepTiming;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Messages of an agent about jails, valid and invalid ones. */
final class AgentMessages {

    static final long MAX = Long.MAX_VALUE;
    static final long MAX_REVISION = 1L << 53;

    private AgentMessages() {}

    /** Returns all messages about jails of another host, by kind; new kinds are added here. */
    static Map<String, List<AgentMessage>> everything(List<String> jails) {
        Map<String, List<AgentMessage>> said = new LinkedHashMap<>();
        List<JailReport> reports = jails.stream()
                .flatMap(jail -> Stream.of(0L, 1L, 2L, MAX)
                        .flatMap(generation ->
                                Stream.of(Phase.values()).map(phase -> report(jail, generation, phase.text()))))
                .toList();
        said.put("reports", reports.stream().map(AgentMessages::message).toList());
        said.put(
                "denials",
                jails.stream()
                        .flatMap(jail -> IntStream.of(1, 1_000_000).mapToObj(n -> message(denial(jail, n))))
                        .toList());
        said.put("figures", jails.stream().map(AgentMessages::figures).toList());
        said.put("path_verdict", List.of(verdict()));
        said.put(
                "answer",
                List.of(AgentMessage.newBuilder()
                        .setAnswer(Answer.newBuilder()
                                .setQuestionId(UUID.randomUUID().toString())
                                .setPath(RootPathVerdict.newBuilder().setRefusal("belongs to another")))
                        .build()));
        said.put(
                "heartbeat",
                List.of(AgentMessage.newBuilder()
                        .setHeartbeat(Heartbeat.getDefaultInstance())
                        .build()));
        said.put("accepted", List.of(accepted(0), accepted(7), accepted(MAX_REVISION)));
        said.put(
                "host_conditions",
                List.of(AgentMessage.newBuilder()
                        .setHostConditions(HostConditions.newBuilder()
                                .addConditions(Condition.newBuilder()
                                        .setReason("Odd")
                                        .setMessage("jail " + jails.getFirst() + " is gone")))
                        .build()));
        said.put(
                "kept_files",
                jails.stream()
                        .map(jail -> AgentMessage.newBuilder()
                                .setKeptFiles(KeptFiles.newBuilder()
                                        .addTrees(KeptTree.newBuilder()
                                                .setJailId(jail)
                                                .setPath("/var/lib/bailiwick/jails/" + jail)
                                                .setFirstHostId(1_879_048_192)))
                                .build())
                        .toList());
        said.put(
                "id_ranges",
                List.of(AgentMessage.newBuilder()
                        .setIdRanges(IdRanges.newBuilder().setCount(7).setTaken(7))
                        .build()));
        said.put("differences", jails.stream().map(AgentMessages::difference).toList());
        said.put("hello", List.of());
        return said;
    }

    static Hello hello(long claimed) {
        return RawAgent.hello(claimed);
    }

    static Hello with(Hello hello, java.util.function.UnaryOperator<HostFacts.Builder> change) {
        return hello.toBuilder()
                .setFacts(change.apply(hello.getFacts().toBuilder()))
                .build();
    }

    static AgentMessage difference(String jail) {
        return AgentMessage.newBuilder()
                .setDifferences(Differences.newBuilder()
                        .setListing(UUID.randomUUID().toString())
                        .setEnds(true)
                        .addDifferences(Difference.newBuilder()
                                .setJailId(jail)
                                .setKind("removed")
                                .setAbove(1)
                                .setRemoved(Removal.newBuilder()
                                        .setJailId(jail)
                                        .setGeneration(9)
                                        .setDeleteFiles(true)
                                        .setPath("/var/lib/bailiwick/jails/" + jail)
                                        .setBase("thin"))))
                .build();
    }

    static AgentMessage verdict() {
        return AgentMessage.newBuilder()
                .setPathVerdict(PathVerdict.newBuilder()
                        .setQuestionId(UUID.randomUUID().toString())
                        .setRefusal("belongs to another"))
                .build();
    }

    static AgentMessage accepted(long revision) {
        return AgentMessage.newBuilder()
                .setAccepted(Accepted.newBuilder().setRevision(revision))
                .build();
    }

    static AgentMessage message(JailReport report) {
        return AgentMessage.newBuilder()
                .setReports(Reports.newBuilder().addReports(report))
                .build();
    }

    static AgentMessage message(Denial denial) {
        return AgentMessage.newBuilder()
                .setDenials(Denials.newBuilder()
                        .setRun(UUID.randomUUID().toString())
                        .setSequence(1)
                        .addDenials(denial))
                .build();
    }

    static JailReport report(String jail, long generation, String phase) {
        return JailReport.newBuilder()
                .setJailId(jail)
                .setGeneration(generation)
                .setPhase(phase)
                .setRestarts(99)
                .addConditions(Condition.newBuilder().setReason("Stolen").setMessage("said by another"))
                .addSteps(StepTiming.newBuilder().setName("stolen").setDurationMicros(1))
                .setAtEpochMicros(4_000_000_000_000_000L)
                .build();
    }

    static AgentMessage figures(String jail) {
        return AgentMessage.newBuilder()
                .setFigures(Figures.newBuilder().setBatch("1").addRows(figuresOf(jail)))
                .build();
    }

    static JailFigures figuresOf(String jail) {
        return JailFigures.newBuilder()
                .setJailId(jail)
                .setRun(UUID.randomUUID().toString())
                .setSlotEpochSeconds(System.currentTimeMillis() / 300_000 * 300)
                .setSamples(30)
                .addCounters(Counter.newBuilder().setMetric("cpuTime").setLast(7_000_000))
                .build();
    }

    static Denial denial(String jail, long count) {
        return Denial.newBuilder()
                .setJailId(jail)
                .setCall("ptrace")
                .setAnswer("EPERM")
                .setCount(count)
                .setLastSeenEpochMillis(System.currentTimeMillis())
                .build();
    }
}
