package dev.bailiwick.server.link;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.Demand;
import dev.bailiwick.jail.HostFacts;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.draft.DefinitionDraft;
import dev.bailiwick.jail.question.HostAnswer.PathVerdict;
import dev.bailiwick.jail.question.HostQuestion.MayUsePath;
import dev.bailiwick.jail.question.HostReply.Answered;
import dev.bailiwick.jail.question.HostReply.Reason;
import dev.bailiwick.jail.question.HostReply.Unanswered;
import dev.bailiwick.protocol.DenialWire;
import dev.bailiwick.protocol.FactsWire;
import dev.bailiwick.protocol.Field;
import dev.bailiwick.protocol.KeptFilesWire;
import dev.bailiwick.protocol.MalformedMessage;
import dev.bailiwick.protocol.QuestionWire;
import dev.bailiwick.protocol.ReportWire;
import dev.bailiwick.protocol.v1.Answer;
import dev.bailiwick.protocol.v1.Capability;
import dev.bailiwick.protocol.v1.Condition;
import dev.bailiwick.protocol.v1.Denial;
import dev.bailiwick.protocol.v1.Denials;
import dev.bailiwick.protocol.v1.Hello;
import dev.bailiwick.protocol.v1.JailReport;
import dev.bailiwick.protocol.v1.KeptFiles;
import dev.bailiwick.protocol.v1.KeptTree;
import dev.bailiwick.protocol.v1.Reports;
import dev.bailiwick.protocol.v1.StepTiming;
import dev.bailiwick.server.Mutations;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The server stores and shows a value for every message of a host, or rejects it with a clear reason. */
class HostileInputTest {

    private static final String JAIL = "5f0c7e2a-7a52-4ad8-8f0c-0d6f3c1f9a10";
    private static final JailDefinition DEFINITION = new DefinitionDraft(
                    "web",
                    null,
                    "/srv/jails/web",
                    "thin",
                    new ArrayList<>(List.of("198.18.0.5", "fdb1:1::5")),
                    null,
                    null,
                    null,
                    null,
                    null)
            .define();

    private static final MayUsePath QUESTION = new MayUsePath(new RootPath("/srv/jails/web"), new Base.Thin());

    enum Target {
        HELLO(HostileInputTest::readHello, validHello()),
        REPORTS(HostileInputTest::readReports, validReports()),
        DENIALS(HostileInputTest::readDenials, validDenials()),
        KEPT_FILES(HostileInputTest::readKeptFiles, validKeptFiles()),
        ANSWER(
                HostileInputTest::readAnswer,
                QuestionWire.toWire(JAIL, new PathVerdict(Optional.of("leaves the base")))
                        .toByteArray()),
        UNANSWERED(
                HostileInputTest::readAnswer,
                QuestionWire.unanswered(JAIL, Reason.OVERLOADED, "too many").toByteArray());

        @SuppressWarnings("ImmutableEnumChecker") // keeps nothing
        private final Consumer<byte[]> parser;

        @SuppressWarnings("ImmutableEnumChecker") // only copied
        private final byte[] valid;

        Target(Consumer<byte[]> parser, byte[] valid) {
            this.parser = parser;
            this.valid = valid;
        }
    }

    @ParameterizedTest
    @EnumSource
    void standsSeededMutations(Target target) {
        Mutations.tryOn(target, target.parser, target.valid);
    }

    private static void readHello(byte[] input) {
        try {
            Hello hello = Hello.parseFrom(input);
            keepable(Field.text("agent_version", hello.getAgentVersion(), 200));
            HostFacts facts = FactsWire.fromWire(hello.getFacts());
            assertThat(facts.cpus()).isNotNegative();
            assertThat(facts.memoryBytes()).isNotNegative();
            keepable(facts.toString());
            assertThat(FactsWire.fromWire(FactsWire.toWire(facts))).isEqualTo(facts);
            assertThat(facts.unmet(DEFINITION))
                    .allMatch(violation -> Demand.of(DEFINITION).stream()
                            .anyMatch(demand -> demand.pointer().equals(violation.pointer())));
        } catch (InvalidProtocolBufferException | MalformedMessage e) {
            assertThat(e.getMessage()).isNotEmpty();
        }
    }

    private static void readReports(byte[] input) {
        try {
            for (JailReport wire : Reports.parseFrom(input).getReportsList()) {
                var report = ReportWire.fromWire(wire);
                keepable(report.toString());
                assertThat(ReportWire.fromWire(ReportWire.toWire(report))).isEqualTo(report);
            }
        } catch (InvalidProtocolBufferException | MalformedMessage e) {
            assertThat(e.getMessage()).isNotEmpty();
        }
    }

    private static void readDenials(byte[] input) {
        try {
            Denials batch = Denials.parseFrom(input);
            assertThat(DenialWire.run(batch).toString()).isEqualToIgnoringCase(batch.getRun());
            for (Denial wire : batch.getDenialsList()) {
                var denial = DenialWire.fromWire(wire);
                keepable(denial.toString());
                assertThat(DenialWire.fromWire(DenialWire.toWire(denial))).isEqualTo(denial);
            }
        } catch (InvalidProtocolBufferException | MalformedMessage e) {
            assertThat(e.getMessage()).isNotEmpty();
        }
    }

    private static void readKeptFiles(byte[] input) {
        try {
            for (KeptTree wire : KeptFiles.parseFrom(input).getTreesList()) {
                var kept = KeptFilesWire.fromWire(wire);
                keepable(kept.toString());
                assertThat(KeptFilesWire.toWire(List.of(kept)).getFirst().getTreesList())
                        .map(KeptFilesWire::fromWire)
                        .containsExactly(kept);
            }
        } catch (InvalidProtocolBufferException | MalformedMessage e) {
            assertThat(e.getMessage()).isNotEmpty();
        }
    }

    private static void readAnswer(byte[] input) {
        try {
            Answer wire = Answer.parseFrom(input);
            switch (QuestionWire.reply(QUESTION, wire)) {
                case Answered<PathVerdict>(PathVerdict verdict) -> {
                    keepable(verdict.refusal().orElse(""));
                    assertThat(QuestionWire.reply(QUESTION, QuestionWire.toWire(wire.getQuestionId(), verdict)))
                            .isEqualTo(new Answered<>(verdict));
                }
                case Unanswered<PathVerdict>(Reason _, String detail) -> keepable(detail);
            }
        } catch (InvalidProtocolBufferException e) {
            assertThat(e.getMessage()).isNotEmpty();
        }
    }

    /** PostgreSQL stores no NUL in text or jsonb. */
    private static void keepable(String text) {
        assertThat(text).doesNotContain("\0");
    }

    private static byte[] validHello() {
        return Hello.newBuilder()
                .setAcceptedRevision(7)
                .setAgentVersion("0.1.0")
                .setFacts(dev.bailiwick.protocol.v1.HostFacts.newBuilder()
                        .setKernelRelease("6.12.1-amd64")
                        .setArchitecture("x86_64")
                        .setOs("Debian GNU/Linux 13")
                        .setCpus(4)
                        .setMemoryBytes(8L << 30)
                        .setBootId("b5c1a4f8-3a5e-4f8e-9c0f-0d6f3c1f9a10")
                        .setRootBase("/srv/jails")
                        .addCapabilities(Capability.newBuilder()
                                .setName("cgroup.memory")
                                .setReason("jails have no memory limits")
                                .addRefuses("limit:memory")
                                .addRefuses("base:thin"))
                        .addCapabilities(
                                Capability.newBuilder().setName("userns").setAvailable(true)))
                .build()
                .toByteArray();
    }

    private static byte[] validReports() {
        return Reports.newBuilder()
                .addReports(JailReport.newBuilder()
                        .setJailId(JAIL)
                        .setGeneration(3)
                        .setPhase("running")
                        .setInitPid(4711)
                        .setRestarts(2)
                        .setAtEpochMicros(1_795_486_238_815_000L)
                        .addConditions(Condition.newBuilder()
                                .setReason("InitExited")
                                .setMessage("init ended with status 1")
                                .setSinceEpochMillis(1_795_486_238_815L))
                        .addSteps(StepTiming.newBuilder()
                                .setName("clone3")
                                .setStartMicros(12)
                                .setDurationMicros(345)))
                .build()
                .toByteArray();
    }

    private static byte[] validKeptFiles() {
        return KeptFiles.newBuilder()
                .addTrees(KeptTree.newBuilder()
                        .setJailId(JAIL)
                        .setPath("/srv/jails/left")
                        .setOwner("anna")
                        .setFirstHostId(1_879_048_192L))
                .build()
                .toByteArray();
    }

    private static byte[] validDenials() {
        return Denials.newBuilder()
                .setRun("b5c1a4f8-3a5e-4f8e-9c0f-0d6f3c1f9a10")
                .setSequence(1)
                .addDenials(Denial.newBuilder()
                        .setJailId(JAIL)
                        .setCall("ptrace")
                        .setAnswer("EPERM")
                        .setCount(12)
                        .setLastSeenEpochMillis(1_795_486_238_815L))
                .build()
                .toByteArray();
    }
}
