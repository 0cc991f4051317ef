package dev.bailiwick.server.jail.command;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.draft.CommandDraft;
import dev.bailiwick.jail.question.HostAnswer.CommandEnd;
import dev.bailiwick.jail.validation.InvalidDefinition;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.command.JailCommands.Prepared;
import dev.bailiwick.server.jail.intent.JailNotFound;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.InvalidRequest;
import java.time.Duration;
import java.util.Optional;
import org.springframework.stereotype.Service;

/**
 * Defines a jail, runs one command in it, and removes it with its files. The host is asked to run the command before it has reported that the
 * jail runs, so that the two go on at once. A note is stored with the jail, so that it is removed later if
 * this server ends meanwhile ({@link RunLeftovers}).
 */
@Service
class JailRuns {

    /** How long a jail may take to start. */
    static final Duration TO_START = Duration.ofSeconds(30);

    private final Jails jails;
    private final JailCommands commands;
    private final RunLeftovers leftovers;

    JailRuns(Jails jails, JailCommands commands, RunLeftovers leftovers) {
        this.jails = jails;
        this.commands = commands;
        this.leftovers = leftovers;
    }

    /** A jail for one command. */
    record JailRun(NewJail jail, CommandDraft command) {}

    /**
     * Checks that the caller may define the jail and work in it.
     *
     * @throws dev.bailiwick.server.account.RightMissing if not
     */
    void require(Caller caller, NewJail jail) {
        caller.require(Scope.JAILS_READ);
        caller.require(Right.DEFINE);
        caller.require(Right.CONSOLE, jail.customer());
    }

    /**
     * Returns once the command has ended. Must not be called in a transaction. The jail is removed in any case, and also while its caller
     * is away.
     *
     * @throws InvalidRequest naming each field of the command that is wrong, or each field of the jail below {@code /jail}
     * @throws RunNotStarted if the jail has not started
     * @throws Failure as those of defining a jail and of running a command in it
     */
    CommandEnd run(Caller caller, JailRun run) throws InterruptedException {
        require(caller, run.jail);
        JailId id = Jails.fresh();
        check(id, run.command);
        boolean isStored = false;
        try {
            JailView defined = define(caller, id, run);
            isStored = true;
            Prepared command = new Prepared(defined.host(), JailCommands.read(id, defined.definition(), run.command));
            Optional<CommandEnd> end = isAboutToStart(defined) ? commands.runAtStart(command) : Optional.empty();
            return end.isPresent() ? end.get() : runWhenStarted(command);
        } finally {
            leftovers.remove(caller, id, isStored);
        }
    }

    /** Only then is its host asked before it reports: if the host is away, nothing was asked. */
    private static boolean isAboutToStart(JailView jail) {
        return !jail.suspended() && jail.status().phase().isPresent();
    }

    private CommandEnd runWhenStarted(Prepared command) throws InterruptedException {
        JailId id = command.run().jail();
        JailView seen = jails.awaitApplied(id, 1, TO_START).orElseThrow(() -> new JailNotFound(id));
        if (seen.suspended() || !seen.running()) {
            throw new RunNotStarted(seen);
        }
        return commands.run(command);
    }

    private static void check(JailId id, CommandDraft command) {
        try {
            command.check(id);
        } catch (InvalidDefinition e) {
            throw new InvalidRequest(e.violations());
        }
    }

    /** The command is recorded with the jail: one transaction less than when the jail runs. */
    private JailView define(Caller caller, JailId id, JailRun run) throws InterruptedException {
        try {
            return jails.define(caller, id, run.jail, Duration.ZERO, definition -> {
                leftovers.note(caller, id);
                commands.record(caller, run.jail.customer(), run.command.read(id, definition));
            });
        } catch (InvalidRequest e) {
            throw e.below("/jail");
        } catch (InvalidDefinition e) {
            // of the command, beside the definition
            throw new InvalidRequest(e.violations());
        }
    }
}
