package dev.bailiwick.protocol;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.file.FileResult;
import dev.bailiwick.jail.file.FileWork;
import dev.bailiwick.jail.firewall.Firewall;
import dev.bailiwick.jail.firewall.RuleCount;
import dev.bailiwick.jail.question.CommandRun;
import dev.bailiwick.jail.question.HostAnswer;
import dev.bailiwick.jail.question.HostQuestion;
import dev.bailiwick.jail.question.HostReply;
import dev.bailiwick.jail.question.HostReply.Answered;
import dev.bailiwick.jail.question.HostReply.Reason;
import dev.bailiwick.jail.question.LogRead;
import dev.bailiwick.jail.question.SessionStart;
import dev.bailiwick.jail.stream.ExecId;
import dev.bailiwick.jail.text.PlainText;
import dev.bailiwick.protocol.v1.Answer;
import dev.bailiwick.protocol.v1.DialQuestion;
import dev.bailiwick.protocol.v1.Hello;
import dev.bailiwick.protocol.v1.PathQuestion;
import dev.bailiwick.protocol.v1.PathVerdict;
import dev.bailiwick.protocol.v1.Question;
import dev.bailiwick.protocol.v1.RootPathQuestion;
import dev.bailiwick.protocol.v1.RootPathVerdict;
import dev.bailiwick.protocol.v1.RulesQuestion;
import dev.bailiwick.protocol.v1.SessionEndQuestion;
import dev.bailiwick.protocol.v1.SessionsQuestion;
import dev.bailiwick.protocol.v1.Unanswered;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Converts questions to hosts and their answers to and from their messages. The name of a kind is that of its field in the message
 * {@code Question}. A host of the previous version names no kinds, and knows only one, which has its own messages.
 */
public final class QuestionWire {

    /** The kinds that this version can ask and answer. */
    public static final List<String> KINDS = Question.getDescriptor().getOneofs().getFirst().getFields().stream()
            .map(FieldDescriptor::getName)
            .toList();

    private static final int MAX_KINDS = 64;
    private static final int MAX_KIND = 64;
    private static final int MAX_TEXT = 2_000;
    private static final int MAX_ADDRESS = 300;

    private QuestionWire() {}

    /** @param limit how long the server waits for the answer, up to an hour */
    public static Question toWire(UUID id, HostQuestion<?> question, Duration limit) {
        Question.Builder wire =
                Question.newBuilder().setQuestionId(id.toString()).setLimitMillis(Math.toIntExact(limit.toMillis()));
        switch (question) {
            case HostQuestion.MayUsePath(RootPath path, Base base) ->
                wire.setPath(RootPathQuestion.newBuilder().setPath(path.value()).setBase(base.text()));
            case HostQuestion.RunCommand(CommandRun run, Duration startWithin) ->
                wire.setCommand(CommandWire.toWire(run, startWithin));
            case HostQuestion.OpenSession(SessionStart start) -> wire.setSession(SessionWire.toWire(start));
            case HostQuestion.ListSessions(JailId jail) ->
                wire.setSessions(SessionsQuestion.newBuilder().setJailId(jail.toString()));
            case HostQuestion.EndSession(JailId jail, ExecId session) ->
                wire.setSessionEnd(SessionEndQuestion.newBuilder()
                        .setJailId(jail.toString())
                        .setSessionId(session.toString()));
            case HostQuestion.WorkOnFiles(FileWork work) -> wire.setFiles(FileRequestWire.toWire(work));
            case HostQuestion.CountRules(JailId jail, Firewall rules) ->
                wire.setRules(
                        RulesQuestion.newBuilder().setJailId(jail.toString()).addAllRules(FirewallWire.toWire(rules)));
            case HostQuestion.ReadLog(LogRead read) -> wire.setLog(LogWire.toWire(read));
            case HostQuestion.DialReplica(String address, String ticket) ->
                wire.setDial(DialQuestion.newBuilder()
                        .setAddress(address)
                        .setTicket(ByteString.copyFrom(HexFormat.of().parseHex(ticket))));
        }
        return wire.build();
    }

    /**
     * Reads a question; returns empty if this version does not know its kind.
     *
     * @throws MalformedMessage if {@link #toWire} cannot have written the question
     */
    public static Optional<HostQuestion<?>> fromWire(Question wire) {
        return switch (wire.getQuestionCase()) {
            case PATH ->
                Optional.of(new HostQuestion.MayUsePath(
                        Field.read("path", () -> new RootPath(wire.getPath().getPath())),
                        Field.read("base", () -> Base.parse(wire.getPath().getBase()))));
            case COMMAND ->
                Optional.of(new HostQuestion.RunCommand(
                        CommandWire.fromWire(wire.getCommand()), CommandWire.startWithin(wire.getCommand())));
            case RULES ->
                Optional.of(new HostQuestion.CountRules(
                        Field.read("jail_id", () -> JailId.parse(wire.getRules().getJailId())),
                        FirewallWire.together(wire.getRules().getRulesList())));
            case SESSION -> Optional.of(new HostQuestion.OpenSession(SessionWire.fromWire(wire.getSession())));
            case SESSIONS ->
                Optional.of(new HostQuestion.ListSessions(
                        SessionWire.jail(wire.getSessions().getJailId())));
            case SESSION_END -> Optional.of(SessionWire.fromWire(wire.getSessionEnd()));
            case FILES -> Optional.of(new HostQuestion.WorkOnFiles(FileRequestWire.fromWire(wire.getFiles())));
            case LOG -> Optional.of(new HostQuestion.ReadLog(LogWire.fromWire(wire.getLog())));
            case DIAL ->
                Optional.of(new HostQuestion.DialReplica(
                        Field.text("address", wire.getDial().getAddress(), MAX_ADDRESS),
                        HexFormat.of().formatHex(wire.getDial().getTicket().toByteArray())));
            case QUESTION_NOT_SET -> Optional.empty();
        };
    }

    /** Returns the kind of a question; empty if this version does not know the kind. */
    public static Optional<String> kind(Question wire) {
        return Optional.ofNullable(Question.getDescriptor()
                        .findFieldByNumber(wire.getQuestionCase().getNumber()))
                .map(FieldDescriptor::getName);
    }

    /**
     * Returns the kinds of questions that an agent answers; empty for an agent of the previous version.
     *
     * @throws MalformedMessage if there are more than {@value #MAX_KINDS}, or a kind is too long
     */
    public static Set<String> kinds(Hello hello) {
        if (hello.getAnswersCount() > MAX_KINDS) {
            throw new MalformedMessage("answers names more than " + MAX_KINDS + " kinds of questions", null);
        }
        hello.getAnswersList().forEach(kind -> Field.text("answers", kind, MAX_KIND));
        return Set.copyOf(hello.getAnswersList());
    }

    public static Answer toWire(String questionId, HostAnswer answer) {
        Answer.Builder wire = Answer.newBuilder().setQuestionId(questionId);
        switch (answer) {
            case HostAnswer.FilesOutcome(FileResult result) -> wire.setFiles(FileResultWire.toWire(result));
            case HostAnswer.CommandEnd end -> wire.setCommand(CommandWire.toWire(end));
            case HostAnswer.SessionOpened opened -> wire.setSession(SessionWire.toWire(opened));
            case HostAnswer.Sessions sessions -> wire.setSessions(SessionWire.toWire(sessions));
            case HostAnswer.SessionGone(boolean existed) ->
                wire.setSessionEnd(
                        dev.bailiwick.protocol.v1.SessionGone.newBuilder().setExisted(existed));
            case HostAnswer.LogPart part -> wire.setLog(LogWire.toWire(part));
            case HostAnswer.Dialled _ -> wire.setDial(dev.bailiwick.protocol.v1.Dialled.getDefaultInstance());
            case HostAnswer.PathVerdict(Optional<String> refusal) ->
                wire.setPath(RootPathVerdict.newBuilder().setRefusal(PlainText.truncate(refusal.orElse(""), MAX_TEXT)));
            case HostAnswer.RuleCounts(List<RuleCount> counts) ->
                wire.setRules(dev.bailiwick.protocol.v1.RuleCounts.newBuilder()
                        .addAllCounts(counts.stream().map(FirewallWire::toWire).toList()));
        }
        return wire.build();
    }

    public static Answer unanswered(String questionId, Reason reason, String detail) {
        return Answer.newBuilder()
                .setQuestionId(questionId)
                .setUnanswered(Unanswered.newBuilder()
                        .setReason(reason.text())
                        .setDetail(PlainText.truncate(detail, MAX_TEXT)))
                .build();
    }

    /** Reads the reply to {@code question}; an unusable answer counts as none. */
    public static <A extends HostAnswer> HostReply<A> reply(HostQuestion<A> question, Answer wire) {
        try {
            return switch (wire.getAnswerCase()) {
                case UNANSWERED -> unanswered(wire.getUnanswered());
                case PATH ->
                    answered(
                            question,
                            new HostAnswer.PathVerdict(Optional.of(
                                            Field.text("refusal", wire.getPath().getRefusal(), MAX_TEXT))
                                    .filter(refusal -> !refusal.isEmpty())));
                case COMMAND -> answered(question, CommandWire.fromWire(wire.getCommand()));
                case RULES -> answered(question, FirewallWire.counts(wire.getRules()));
                case SESSION -> answered(question, SessionWire.fromWire(wire.getSession()));
                case SESSIONS -> answered(question, SessionWire.fromWire(wire.getSessions()));
                case SESSION_END ->
                    answered(
                            question,
                            new HostAnswer.SessionGone(wire.getSessionEnd().getExisted()));
                case FILES -> answered(question, new HostAnswer.FilesOutcome(FileResultWire.fromWire(wire.getFiles())));
                case LOG -> answered(question, LogWire.fromWire(wire.getLog()));
                case DIAL -> answered(question, new HostAnswer.Dialled());
                case ANSWER_NOT_SET -> useless("this server does not know its kind");
            };
        } catch (MalformedMessage e) {
            return useless(String.valueOf(e.getMessage()));
        }
    }

    private static <A extends HostAnswer> HostReply<A> unanswered(Unanswered wire) {
        return new HostReply.Unanswered<>(
                Reason.find(wire.getReason()).orElse(Reason.FAILED), Field.text("detail", wire.getDetail(), MAX_TEXT));
    }

    private static <A extends HostAnswer> HostReply<A> answered(HostQuestion<A> question, HostAnswer answer) {
        return question.answerType().isInstance(answer)
                ? new Answered<>(question.answerType().cast(answer))
                : useless("it answers another question");
    }

    private static <A extends HostAnswer> HostReply<A> useless(String cause) {
        return new HostReply.Unanswered<>(Reason.FAILED, "The host's answer cannot be used: " + cause);
    }

    /** Returns the question for a host of the previous version; empty if that version does not know its kind. */
    public static Optional<PathQuestion> toPrevious(Question question) {
        return question.hasPath()
                ? Optional.of(PathQuestion.newBuilder()
                        .setQuestionId(question.getQuestionId())
                        .setPath(question.getPath().getPath())
                        .setBase(question.getPath().getBase())
                        .build())
                : Optional.empty();
    }

    /** Converts the question of a server of the previous version, which does not send its time limit. */
    public static Question fromPrevious(PathQuestion question, Duration limit) {
        return Question.newBuilder()
                .setQuestionId(question.getQuestionId())
                .setLimitMillis(Math.toIntExact(limit.toMillis()))
                .setPath(RootPathQuestion.newBuilder()
                        .setPath(question.getPath())
                        .setBase(question.getBase()))
                .build();
    }

    /** Returns the answer for a server of the previous version; empty if that version has no message for it. */
    public static Optional<PathVerdict> toPrevious(Answer answer) {
        PathVerdict.Builder verdict = PathVerdict.newBuilder().setQuestionId(answer.getQuestionId());
        if (answer.hasPath()) {
            return Optional.of(verdict.setRefusal(answer.getPath().getRefusal()).build());
        }
        return answer.getUnanswered().getReason().equals(Reason.REFUSED.text())
                ? Optional.of(
                        verdict.setRefusal(answer.getUnanswered().getDetail()).build())
                : Optional.empty();
    }

    public static Answer fromPrevious(PathVerdict verdict) {
        return Answer.newBuilder()
                .setQuestionId(verdict.getQuestionId())
                .setPath(RootPathVerdict.newBuilder().setRefusal(verdict.getRefusal()))
                .build();
    }
}
