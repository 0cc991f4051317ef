package dev.bailiwick.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.question.HostAnswer;
import dev.bailiwick.jail.question.HostQuestion.ReadLog;
import dev.bailiwick.jail.question.HostReply.Answered;
import dev.bailiwick.jail.question.HostReply.Unanswered;
import dev.bailiwick.jail.question.LogEntry;
import dev.bailiwick.jail.question.LogRead;
import dev.bailiwick.protocol.v1.Answer;
import dev.bailiwick.protocol.v1.LogPart;
import dev.bailiwick.protocol.v1.LogQuestion;
import dev.bailiwick.protocol.v1.Question;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class LogWireTest {

    private static final UUID ID = UUID.randomUUID();
    private static final Instant AT = Instant.parse("2026-11-30T12:00:00.123Z");
    private static final LogRead ALL = new LogRead(
            new JailId(UUID.randomUUID()),
            OptionalLong.empty(),
            OptionalInt.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Duration.ZERO);
    private static final LogRead SOME = new LogRead(
            ALL.jail(),
            OptionalLong.of(0),
            OptionalInt.of(0),
            Optional.of(Instant.EPOCH),
            Optional.of(AT),
            Optional.of("e\u0308 \u001b[0m"),
            LogRead.MAX_WAIT);

    @Test
    void comesBackAsItWentIn() {
        for (LogRead read : List.of(ALL, SOME)) {
            Question asked = QuestionWire.toWire(ID, new ReadLog(read), Duration.ofSeconds(30));
            assertThat(QuestionWire.fromWire(asked)).contains(new ReadLog(read));
            assertThat(QuestionWire.kind(asked)).contains("log");
        }
        byte[] binary = {0, -1, 10, 13, 27};
        HostAnswer.LogPart part = new HostAnswer.LogPart(
                List.of(
                        new LogEntry.Gap(7, AT, 0),
                        new LogEntry.Output(7, AT, LogEntry.Source.OUTPUT, binary),
                        new LogEntry.Gap(20, AT, 8),
                        new LogEntry.Output(20, AT, LogEntry.Source.CONSOLE, binary)),
                25,
                true,
                OptionalLong.of(32 << 20));
        assertThat(QuestionWire.reply(new ReadLog(ALL), QuestionWire.toWire(ID.toString(), part)))
                .usingRecursiveComparison()
                .isEqualTo(new Answered<>(part));
    }

    @Test
    void rejectsWhatItCannotHaveWritten() {
        LogQuestion good = QuestionWire.toWire(ID, new ReadLog(SOME), Duration.ofSeconds(30))
                .getLog();
        for (LogQuestion bad : List.of(
                good.toBuilder().setFrom(-1).build(),
                good.toBuilder().setTail(LogRead.MAX_TAIL + 1).build(),
                good.toBuilder().setTail(-1).build(),
                good.toBuilder().setWaitMillis(20_001).build(),
                good.toBuilder().setWaitMillis(-1).build(),
                good.toBuilder().setContaining("a\nb").build(),
                good.toBuilder().setContaining("x".repeat(257)).build(),
                good.toBuilder().setJailId("../x").build())) {
            Question question = Question.newBuilder().setLog(bad).build();
            assertThatThrownBy(() -> QuestionWire.fromWire(question)).isInstanceOf(MalformedMessage.class);
        }
        var entry = dev.bailiwick.protocol.v1.LogEntry.newBuilder().setOffset(5).setLost(1);
        for (LogPart bad : List.of(
                LogPart.newBuilder().addEntries(entry).build(),
                LogPart.newBuilder().setBound(-1).build(),
                LogPart.newBuilder()
                        .addEntries(entry.clone().clearWhat())
                        .setNext(5)
                        .build(),
                LogPart.newBuilder()
                        .addEntries(entry)
                        .addEntries(entry.clone().setOffset(4))
                        .setNext(5)
                        .build(),
                LogPart.newBuilder()
                        .addEntries(entry.clone().setLost(-1))
                        .setNext(5)
                        .build(),
                LogPart.newBuilder()
                        .addAllEntries(Collections.nCopies(LogRead.MAX_ENTRIES + 1, entry.build()))
                        .setNext(5)
                        .build())) {
            Answer answer = Answer.newBuilder().setLog(bad).build();
            assertThat(QuestionWire.reply(new ReadLog(ALL), answer)).isInstanceOf(Unanswered.class);
        }
    }
}
