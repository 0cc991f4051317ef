package dev.bailiwick.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.firewall.Direction;
import dev.bailiwick.jail.firewall.Firewall;
import dev.bailiwick.jail.firewall.FirewallAction;
import dev.bailiwick.jail.firewall.FirewallRule;
import dev.bailiwick.jail.firewall.Peer;
import dev.bailiwick.jail.firewall.Ports;
import dev.bailiwick.jail.firewall.Protocol;
import dev.bailiwick.jail.firewall.RuleCount;
import dev.bailiwick.jail.question.HostAnswer.PathVerdict;
import dev.bailiwick.jail.question.HostAnswer.RuleCounts;
import dev.bailiwick.jail.question.HostQuestion.CountRules;
import dev.bailiwick.jail.question.HostQuestion.MayUsePath;
import dev.bailiwick.jail.question.HostReply;
import dev.bailiwick.jail.question.HostReply.Answered;
import dev.bailiwick.jail.question.HostReply.Reason;
import dev.bailiwick.jail.question.HostReply.Unanswered;
import dev.bailiwick.protocol.v1.Answer;
import dev.bailiwick.protocol.v1.Hello;
import dev.bailiwick.protocol.v1.Question;
import dev.bailiwick.protocol.v1.RootPathVerdict;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class QuestionWireTest {

    private static final UUID ID = UUID.randomUUID();
    private static final MayUsePath QUESTION = new MayUsePath(new RootPath("/jails/a b"), new Base.Thin());
    private static final Question ASKED = QuestionWire.toWire(ID, QUESTION, Duration.ofSeconds(2));

    @Test
    void comesBackAsItWentIn() {
        assertThat(ASKED.getQuestionId()).isEqualTo(ID.toString());
        assertThat(ASKED.getLimitMillis()).isEqualTo(2_000);
        assertThat(QuestionWire.fromWire(ASKED)).contains(QUESTION);
        assertThat(QuestionWire.kind(ASKED)).contains("path");
        for (PathVerdict verdict :
                List.of(new PathVerdict(Optional.empty()), new PathVerdict(Optional.of("leaves /jails")))) {
            Answer answer = QuestionWire.toWire(ID.toString(), verdict);
            assertThat(QuestionWire.reply(QUESTION, answer)).isEqualTo(new Answered<>(verdict));
        }
    }

    @Test
    void countsOfRulesComeBackAsTheyWentIn() {
        CountRules question = new CountRules(
                new JailId(UUID.randomUUID()),
                new Firewall(List.of(new FirewallRule(
                        Direction.IN, FirewallAction.DROP, Protocol.TCP, Ports.parse("80"), Peer.parse("world"), ""))));
        Question asked = QuestionWire.toWire(ID, question, Duration.ofSeconds(2));
        assertThat(QuestionWire.fromWire(asked)).contains(question);
        assertThat(QuestionWire.kind(asked)).contains("rules");
        RuleCounts counts = new RuleCounts(List.of(new RuleCount(2, 120)));
        Answer answer = QuestionWire.toWire(ID.toString(), counts);
        assertThat(QuestionWire.reply(question, answer)).isEqualTo(new Answered<>(counts));
        assertThat(QuestionWire.reply(QUESTION, answer)).isInstanceOf(Unanswered.class);
        Answer wrong = answer.toBuilder()
                .setRules(dev.bailiwick.protocol.v1.RuleCounts.newBuilder()
                        .addCounts(
                                dev.bailiwick.protocol.v1.RuleCount.newBuilder().setBytes(-1)))
                .build();
        assertThat(QuestionWire.reply(question, wrong)).isInstanceOf(Unanswered.class);
    }

    @ParameterizedTest
    @EnumSource
    void saysWhyThereIsNoAnswer(Reason reason) {
        Answer answer = QuestionWire.unanswered(ID.toString(), reason, "the cause");
        assertThat(QuestionWire.reply(QUESTION, answer)).isEqualTo(new Unanswered<PathVerdict>(reason, "the cause"));
    }

    @Test
    void speaksToTheVersionBefore() {
        var previous = QuestionWire.toPrevious(ASKED).orElseThrow();
        assertThat(QuestionWire.fromPrevious(previous, Duration.ofSeconds(2))).isEqualTo(ASKED);
        Answer answer = QuestionWire.toWire(ID.toString(), new PathVerdict(Optional.of("leaves /jails")));
        assertThat(QuestionWire.toPrevious(answer).map(QuestionWire::fromPrevious))
                .contains(answer);
        assertThat(QuestionWire.toPrevious(QuestionWire.unanswered(ID.toString(), Reason.OVERLOADED, "")))
                .as("it had no words for that")
                .isEmpty();
        assertThat(QuestionWire.toPrevious(ASKED.toBuilder().clearQuestion().build()))
                .isEmpty();
        assertThat(QuestionWire.kinds(Hello.getDefaultInstance())).isEmpty();
    }

    @Test
    void knowsWhatItDoesNotKnow() {
        Question later = ASKED.toBuilder().clearQuestion().build();
        assertThat(QuestionWire.fromWire(later)).isEmpty();
        assertThat(QuestionWire.kind(later)).isEmpty();
        assertThat(QuestionWire.reply(QUESTION, Answer.getDefaultInstance()))
                .isInstanceOfSatisfying(
                        Unanswered.class, none -> assertThat(none.reason()).isEqualTo(Reason.FAILED));
        assertThat(QuestionWire.reply(
                        QUESTION,
                        Answer.newBuilder()
                                .setUnanswered(dev.bailiwick.protocol.v1.Unanswered.newBuilder()
                                        .setReason("of a later version")
                                        .setDetail("asleep"))
                                .build()))
                .isEqualTo(new Unanswered<PathVerdict>(Reason.FAILED, "asleep"));
    }

    @Test
    void keepsNothingThatNoHostSays() {
        HostReply<PathVerdict> reply = QuestionWire.reply(
                QUESTION,
                Answer.newBuilder()
                        .setPath(RootPathVerdict.newBuilder().setRefusal("x".repeat(2_001)))
                        .build());
        assertThat(reply)
                .isEqualTo(new Unanswered<PathVerdict>(
                        Reason.FAILED, "The host's answer cannot be used: refusal is longer than 2000 characters"));
        Hello boastful = Hello.newBuilder()
                .addAllAnswers(Collections.nCopies(65, "path"))
                .build();
        assertThatThrownBy(() -> QuestionWire.kinds(boastful))
                .isInstanceOf(MalformedMessage.class)
                .hasMessageContaining("answers");
        Question broken = ASKED.toBuilder()
                .setPath(ASKED.getPath().toBuilder().setPath("relative"))
                .build();
        assertThatThrownBy(() -> QuestionWire.fromWire(broken))
                .isInstanceOf(MalformedMessage.class)
                .hasMessageStartingWith("path must be");
    }
}
