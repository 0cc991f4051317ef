package dev.bailiwick.server.jail.command;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.draft.CommandDraft;
import dev.bailiwick.jail.process.CommandUser;
import dev.bailiwick.jail.question.CommandRun;
import dev.bailiwick.jail.question.HostAnswer.CommandEnd;
import dev.bailiwick.jail.question.HostAnswer.How;
import dev.bailiwick.jail.question.HostQuestion.RunCommand;
import dev.bailiwick.jail.question.HostReply;
import dev.bailiwick.jail.question.HostReply.Answered;
import dev.bailiwick.jail.question.HostReply.Reason;
import dev.bailiwick.jail.question.HostReply.Unanswered;
import dev.bailiwick.jail.validation.InvalidDefinition;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
import dev.bailiwick.server.host.HostCalls;
import dev.bailiwick.server.jail.JailActions;
import dev.bailiwick.server.jail.intent.JailNotFound;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.InvalidRequest;
import java.time.Duration;
import java.util.Optional;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Has commands run in jails, beside their first processes. */
@Service
class JailCommands {

    /** How much longer than a command the server waits for what the host says about it. */
    private static final Duration FOR_THE_ANSWER = Duration.ofSeconds(5);

    private static final String NOT_RUNNING = "JailNotRunning";

    private final JailActions actions;
    private final HostCalls hosts;
    private final Audit audit;

    JailCommands(JailActions actions, HostCalls hosts, Audit audit) {
        this.actions = actions;
        this.hosts = hosts;
        this.audit = audit;
    }

    /** A command that is allowed and recorded, and has not been run. */
    record Prepared(HostId host, CommandRun run) {}

    /**
     * Records that the caller has a command run.
     *
     * @throws JailNotFound if there is no such jail that the caller may see
     * @throws dev.bailiwick.server.account.RightMissing if the caller does not work in the jail
     * @throws InvalidRequest naming each field that is wrong
     * @throws JailNotRunning if the jail does not run
     * @throws HostSilent if its host is not connected
     */
    @Transactional
    Prepared prepare(Caller caller, JailId id, CommandDraft draft) {
        JailView jail = actions.require(caller, Right.CONSOLE, id);
        CommandRun run = read(id, jail.definition(), draft);
        if (jail.status().phase().isEmpty()) {
            throw new HostSilent("it is not connected");
        }
        if (!jail.running()) {
            throw new JailNotRunning(id);
        }
        record(caller, jail.customer(), run);
        return new Prepared(jail.host(), run);
    }

    /** @throws InvalidRequest naming each field that is wrong */
    static CommandRun read(JailId id, JailDefinition definition, CommandDraft draft) {
        try {
            return draft.read(id, definition);
        } catch (InvalidDefinition e) {
            throw new InvalidRequest(e.violations());
        }
    }

    /** Records, in the transaction of the caller, that somebody has a command run in a jail of this customer. */
    void record(Caller caller, CustomerId customer, CommandRun run) {
        audit.record(
                caller.actor(),
                Subject.of("jail", run.jail()).visibleTo(customer.value()),
                new CommandEvent.Run(
                        run.command().argv().getFirst(),
                        run.user().map(CommandUser::toString).orElse("root")));
    }

    /**
     * Runs it to its end. Must not be called in a transaction.
     *
     * @throws JailNotRunning if the jail does not run
     * @throws HostSilent if its host is not connected or cannot run it
     * @throws CommandOutcomeUnknown if it may have run
     * @throws InvalidRequest naming the field for which the command has not begun
     */
    CommandEnd run(Prepared command) {
        return switch (ask(command, Duration.ZERO)) {
            case Answered<CommandEnd>(CommandEnd end) -> begun(command.run(), end);
            case Unanswered<CommandEnd>(var reason, String detail) -> throw unanswered(reason, detail);
        };
    }

    /**
     * Runs it as {@link #run} does, in a jail that is about to start.
     *
     * @return empty if it has not begun, since its jail has not started at once, or its host had no place for another command
     */
    Optional<CommandEnd> runAtStart(Prepared command) {
        return switch (ask(command, RunCommand.MAX_START)) {
            case Answered<CommandEnd>(CommandEnd end) ->
                isNotRunning(end) ? Optional.empty() : Optional.of(begun(command.run(), end));
            case Unanswered<CommandEnd>(var reason, String detail) -> {
                Failure failure = unanswered(reason, detail);
                if (failure instanceof HostSilent) {
                    yield Optional.empty();
                }
                throw failure;
            }
        };
    }

    private static boolean isNotRunning(CommandEnd end) {
        return end.how() instanceof How.Refused refused && refused.reason().equals(NOT_RUNNING);
    }

    private HostReply<CommandEnd> ask(Prepared command, Duration startWithin) {
        return hosts.ask(
                command.host(),
                new RunCommand(command.run(), startWithin),
                command.run().limit().plus(FOR_THE_ANSWER));
    }

    static Failure unanswered(Reason reason, String detail) {
        return switch (reason) {
            case UNSUPPORTED, REFUSED, OVERLOADED -> new HostSilent(detail);
            case AWAY, TIMED_OUT, FAILED -> new CommandOutcomeUnknown(detail);
        };
    }

    private static CommandEnd begun(CommandRun run, CommandEnd end) {
        if (end.how() instanceof How.Refused refused) {
            throw refused(run.jail(), refused);
        }
        return end;
    }

    /** Returns the failure of a command that has not begun. */
    static Failure refused(JailId jail, How.Refused refused) {
        String why = refused.why();
        return switch (refused.reason()) {
            case NOT_RUNNING -> new JailNotRunning(jail);
            case "UserUnknown" -> new InvalidRequest("/user", "cannot be used: " + why);
            case "DirectoryUnusable" -> new InvalidRequest("/workingDirectory", "cannot be used: " + why);
            case "ProgramUnusable" -> new InvalidRequest("/command", "cannot be executed: " + why);
            case "TooManySessions" -> new TooManySessions(why);
            default -> new HostSilent(why);
        };
    }
}
