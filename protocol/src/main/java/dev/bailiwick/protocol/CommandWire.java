package dev.bailiwick.protocol;

import com.google.protobuf.ByteString;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.process.Command;
import dev.bailiwick.jail.process.CommandUser;
import dev.bailiwick.jail.process.WorkingDirectory;
import dev.bailiwick.jail.question.CommandOutput;
import dev.bailiwick.jail.question.CommandRun;
import dev.bailiwick.jail.question.HostAnswer.CommandEnd;
import dev.bailiwick.jail.question.HostAnswer.How;
import dev.bailiwick.jail.question.HostQuestion;
import dev.bailiwick.jail.text.PlainText;
import dev.bailiwick.protocol.v1.CommandEnded;
import dev.bailiwick.protocol.v1.CommandQuestion;
import dev.bailiwick.protocol.v1.CommandRefusal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/** Converts commands that a server has a host run, and their ends, to and from their messages. */
final class CommandWire {

    private static final int MAX_TEXT = 2_000;
    private static final int MAX_REASON = 64;
    private static final int MAX_STATUS = 255;
    private static final int MAX_SIGNAL = 64;

    private CommandWire() {}

    static CommandQuestion toWire(CommandRun run, Duration startWithin) {
        return CommandQuestion.newBuilder()
                .setJailId(run.jail().toString())
                .addAllArgv(run.command().argv())
                .putAllEnvironment(run.command().environment())
                .setUser(run.user().map(CommandUser::toString).orElse(""))
                .setWorkingDirectory(run.directory().value())
                .setInput(run.input())
                .setLimitMillis(Math.toIntExact(run.limit().toMillis()))
                .setStartWithinMillis(Math.toIntExact(startWithin.toMillis()))
                .build();
    }

    /** @throws MalformedMessage if {@link #toWire(CommandRun, Duration)} cannot have written it */
    static CommandRun fromWire(CommandQuestion wire) {
        Duration limit = Duration.ofMillis(wire.getLimitMillis());
        if (limit.isZero() || limit.compareTo(CommandRun.MAX_LIMIT) > 0) {
            throw new MalformedMessage("limit_millis is not 1 to " + CommandRun.MAX_LIMIT.toMillis(), null);
        }
        if (wire.getInput().getBytes(StandardCharsets.UTF_8).length > CommandRun.MAX_INPUT_BYTES) {
            throw new MalformedMessage("input is longer than " + CommandRun.MAX_INPUT_BYTES + " bytes", null);
        }
        return new CommandRun(
                Field.read("jail_id", () -> JailId.parse(wire.getJailId())),
                Field.read("argv", () -> new Command(wire.getArgvList(), wire.getEnvironmentMap())),
                Field.read(
                        "user",
                        () -> Optional.of(wire.getUser())
                                .filter(user -> !user.isEmpty())
                                .map(CommandUser::parse)),
                Field.read("working_directory", () -> new WorkingDirectory(wire.getWorkingDirectory())),
                wire.getInput(),
                limit);
    }

    /** @throws MalformedMessage if it is longer than a host waits */
    static Duration startWithin(CommandQuestion wire) {
        return Duration.ofMillis(number(
                "start_within_millis",
                wire.getStartWithinMillis(),
                0,
                Math.toIntExact(HostQuestion.RunCommand.MAX_START.toMillis())));
    }

    static CommandEnded toWire(CommandEnd end) {
        CommandEnded.Builder wire = CommandEnded.newBuilder()
                .setOutput(ByteString.copyFrom(end.output().bytes()))
                .setOutputCut(end.output().isCut())
                .setErrors(ByteString.copyFrom(end.errors().bytes()))
                .setErrorsCut(end.errors().isCut());
        switch (end.how()) {
            case How.Exited(int status) -> wire.setExitStatus(status);
            case How.Killed(int signal) -> wire.setSignal(signal);
            case How.TimedOut() -> wire.setTimedOut(true);
            case How.Refused(String reason, String why) ->
                wire.setRefused(
                        CommandRefusal.newBuilder().setReason(reason).setDetail(PlainText.truncate(why, MAX_TEXT)));
        }
        return wire.build();
    }

    /** @throws MalformedMessage if {@link #toWire(CommandEnd)} cannot have written it */
    static CommandEnd fromWire(CommandEnded wire) {
        return new CommandEnd(
                switch (wire.getHowCase()) {
                    case EXIT_STATUS -> new How.Exited(number("exit_status", wire.getExitStatus(), 0, MAX_STATUS));
                    case SIGNAL -> new How.Killed(number("signal", wire.getSignal(), 1, MAX_SIGNAL));
                    case TIMED_OUT -> new How.TimedOut();
                    case REFUSED -> refused(wire.getRefused());
                    case HOW_NOT_SET -> throw new MalformedMessage("it does not say how the command ended", null);
                },
                output("output", wire.getOutput(), wire.getOutputCut()),
                output("errors", wire.getErrors(), wire.getErrorsCut()));
    }

    static How.Refused refused(CommandRefusal wire) {
        return new How.Refused(
                Field.text("reason", wire.getReason(), MAX_REASON), Field.text("detail", wire.getDetail(), MAX_TEXT));
    }

    private static CommandOutput output(String field, ByteString bytes, boolean isCut) {
        if (bytes.size() > CommandOutput.MAX_BYTES) {
            throw new MalformedMessage(field + " is longer than " + CommandOutput.MAX_BYTES + " bytes", null);
        }
        return new CommandOutput(bytes.toByteArray(), isCut);
    }

    private static int number(String field, int number, int least, int most) {
        if (number < least || number > most) {
            throw new MalformedMessage(field + " is not " + least + " to " + most, null);
        }
        return number;
    }
}
