package dev.bailiwick.server.jail.command;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.draft.CommandDraft;
import dev.bailiwick.jail.process.CommandUser;
import dev.bailiwick.jail.question.HostAnswer;
import dev.bailiwick.jail.question.HostQuestion;
import dev.bailiwick.jail.question.HostReply;
import dev.bailiwick.jail.question.HostReply.Answered;
import dev.bailiwick.jail.question.HostReply.Unanswered;
import dev.bailiwick.jail.question.SessionStart;
import dev.bailiwick.jail.question.SessionState;
import dev.bailiwick.jail.stream.ExecId;
import dev.bailiwick.jail.stream.StreamRequest;
import dev.bailiwick.jail.text.PlainText;
import dev.bailiwick.jail.validation.InvalidDefinition;
import dev.bailiwick.protocol.stream.ByteStream;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
import dev.bailiwick.server.database.RowAccess;
import dev.bailiwick.server.host.HostCalls;
import dev.bailiwick.server.host.HostStreams;
import dev.bailiwick.server.jail.JailActions;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.InvalidRequest;
import java.time.Duration;
import java.util.List;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Sessions of commands in jails, to which people attach. They live on the hosts. */
@Service
public class JailSessions {

    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final JailActions actions;
    private final HostCalls hosts;
    private final HostStreams streams;
    private final OpenedSessions opened;
    private final Audit audit;

    JailSessions(JailActions actions, HostCalls hosts, HostStreams streams, OpenedSessions opened, Audit audit) {
        this.opened = opened;
        this.actions = actions;
        this.hosts = hosts;
        this.streams = streams;
        this.audit = audit;
    }

    /** A session that the caller may use, with the host that has it. */
    public record Reached(HostId host, JailId jail, ExecId session) {}

    /** A session that is allowed and recorded, and has not begun. */
    public record Prepared(HostId host, SessionStart start) {

        /** Returns the session that it will be. */
        public Reached session() {
            return new Reached(host, start.jail(), start.id());
        }
    }

    /**
     * Records that the caller opens a session.
     *
     * @throws dev.bailiwick.server.jail.intent.JailNotFound if there is no such jail that the caller may see
     * @throws dev.bailiwick.server.account.RightMissing if the caller does not work in the jail
     * @throws InvalidRequest naming each field that is wrong
     * @throws JailNotRunning if the jail does not run
     * @throws HostSilent if its host is not connected
     */
    @Transactional
    public Prepared prepare(Caller caller, JailId id, CommandDraft draft) {
        JailView jail = actions.require(caller, Right.CONSOLE, id);
        SessionStart start;
        try {
            start = draft.readSession(ExecId.random(), id, jail.definition(), viewer(caller));
        } catch (InvalidDefinition e) {
            throw new InvalidRequest(e.violations());
        }
        if (jail.status().phase().isEmpty()) {
            throw new HostSilent("it is not connected");
        }
        if (!jail.running()) {
            throw new JailNotRunning(id);
        }
        record(
                caller,
                jail,
                new CommandEvent.Opened(
                        start.command().argv().getFirst(),
                        start.user().map(CommandUser::toString).orElse("root"),
                        start.id().value()));
        opened.record(caller, jail.host(), id, start.id());
        return new Prepared(jail.host(), start);
    }

    /**
     * Has the command begin. Must not be called in a transaction.
     *
     * @throws JailNotRunning if the jail does not run
     * @throws HostSilent if its host is not connected or cannot run it
     * @throws CommandOutcomeUnknown if it may have begun
     * @throws TooManySessions if there are too many
     * @throws InvalidRequest naming the field for which the command has not begun
     */
    public SessionStart open(Prepared session) {
        SessionStart start = session.start();
        switch (hosts.ask(session.host(), new HostQuestion.OpenSession(start), LIMIT)) {
            case Answered<HostAnswer.SessionOpened>(HostAnswer.SessionOpened answer) ->
                answer.refusal().ifPresent(refused -> {
                    opened.forget(start.id());
                    throw JailCommands.refused(start.jail(), refused);
                });
            case Unanswered<HostAnswer.SessionOpened>(var reason, String detail) -> {
                Failure failure = JailCommands.unanswered(reason, detail);
                if (!(failure instanceof CommandOutcomeUnknown)) {
                    opened.forget(start.id());
                }
                throw failure;
            }
        }
        if (opened.areMany(start.jail())) {
            var _ = ask(session.host(), start.jail());
        }
        return start;
    }

    /** Asks which sessions there are, and forgets the others. */
    private HostReply<HostAnswer.Sessions> ask(HostId host, JailId jail) {
        HostReply<HostAnswer.Sessions> reply = hosts.ask(host, new HostQuestion.ListSessions(jail), LIMIT);
        if (reply instanceof Answered<HostAnswer.Sessions>(HostAnswer.Sessions(var sessions))) {
            opened.keepOnly(jail, sessions.stream().map(SessionState::id).toList());
        }
        return reply;
    }

    /** Returns a jail in which the caller works. */
    @Transactional(readOnly = true)
    public JailView jail(Caller caller, JailId id) {
        return actions.require(caller, Right.CONSOLE, id);
    }

    /** Returns a session of a jail in which the caller works; the host may not have it any more. */
    @Transactional(readOnly = true)
    public Reached reach(Caller caller, JailId id, ExecId session) {
        JailView jail = actions.require(caller, Right.CONSOLE, id);
        return new Reached(jail.host(), id, session);
    }

    /** Returns the sessions of a jail. Must not be called in a transaction. */
    List<SessionState> list(Reached jail) {
        return switch (ask(jail.host(), jail.jail())) {
            case Answered<HostAnswer.Sessions>(HostAnswer.Sessions(var sessions)) -> sessions;
            case Unanswered<HostAnswer.Sessions>(var _, String detail) -> throw new HostSilent(detail);
        };
    }

    /**
     * Has the command of a session killed. Must not be called in a transaction.
     *
     * @throws CommandSessionNotFound if the host has no such session
     * @throws SessionOfInit if it is the terminal of the jail's init
     */
    void end(Reached session) {
        switch (hosts.ask(session.host(), new HostQuestion.EndSession(session.jail(), session.session()), LIMIT)) {
            case Answered<HostAnswer.SessionGone>(HostAnswer.SessionGone(boolean existed)) -> {
                if (!existed) {
                    throw isOfInit(session)
                            ? new SessionOfInit(session.session())
                            : new CommandSessionNotFound(session.session());
                }
            }
            case Unanswered<HostAnswer.SessionGone>(var _, String detail) -> throw new HostSilent(detail);
        }
    }

    private boolean isOfInit(Reached session) {
        return list(session).stream()
                .anyMatch(one -> one.id().equals(session.session()) && one.kind() == SessionState.Kind.INIT);
    }

    /**
     * Has the command of a session killed, if it runs, and what it has written forgotten. Does nothing if the host does not answer: it
     * forgets a session by itself. Must not be called in a transaction.
     */
    public void discard(Reached session) {
        // It may be nobody's any more.
        RowAccess.everything().run(() -> {
            if (hosts.ask(session.host(), new HostQuestion.EndSession(session.jail(), session.session()), LIMIT)
                    instanceof Answered<HostAnswer.SessionGone>) {
                opened.forget(session.session());
            }
        });
    }

    /**
     * Records what the caller has done with a session.
     *
     * @throws dev.bailiwick.server.account.RightMissing if the caller does not work in the jail any more
     */
    @Transactional
    public void record(Caller caller, Reached session, CommandEvent event) {
        record(caller, actions.require(caller, Right.CONSOLE, session.jail()), event);
    }

    /** Opens a stream to a session. Must not be called in a transaction. */
    public ByteStream attach(Caller caller, Reached session, long offset) {
        return streams.open(
                session.host(), new StreamRequest.Attach(session.jail(), session.session(), offset, viewer(caller)));
    }

    /** Returns what other viewers, and the customer, see of the caller; staff says who they are, too. */
    private static String viewer(Caller caller) {
        return PlainText.truncate(caller.actor(), StreamRequest.MAX_VIEWER);
    }

    private void record(Caller caller, JailView jail, CommandEvent event) {
        audit.record(
                caller.actor(),
                Subject.of("jail", jail.id()).visibleTo(jail.customer().value()),
                event);
    }
}
