package dev.bailiwick.protocol;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.process.Command;
import dev.bailiwick.jail.process.CommandUser;
import dev.bailiwick.jail.process.TerminalSize;
import dev.bailiwick.jail.process.WorkingDirectory;
import dev.bailiwick.jail.question.CommandOutput;
import dev.bailiwick.jail.question.HostAnswer;
import dev.bailiwick.jail.question.HostAnswer.CommandEnd;
import dev.bailiwick.jail.question.HostAnswer.How;
import dev.bailiwick.jail.question.HostQuestion;
import dev.bailiwick.jail.question.SessionStart;
import dev.bailiwick.jail.question.SessionState;
import dev.bailiwick.jail.stream.ExecId;
import dev.bailiwick.jail.stream.StreamRequest;
import dev.bailiwick.jail.text.PlainText;
import dev.bailiwick.protocol.v1.CommandRefusal;
import dev.bailiwick.protocol.v1.SessionBegun;
import dev.bailiwick.protocol.v1.SessionEndQuestion;
import dev.bailiwick.protocol.v1.SessionList;
import dev.bailiwick.protocol.v1.SessionQuestion;
import dev.bailiwick.protocol.v1.SessionReport;
import dev.bailiwick.protocol.v1.SessionViewer;
import java.time.Instant;
import java.util.Optional;

/** Converts sessions of commands to and from their messages. */
final class SessionWire {

    private static final int MAX_SESSIONS = 64;
    private static final int MAX_VIEWERS = 64;
    private static final int MAX_PROGRAM = 4_096;
    private static final int MAX_TEXT = 2_000;

    private SessionWire() {}

    static SessionQuestion toWire(SessionStart start) {
        SessionQuestion.Builder wire = SessionQuestion.newBuilder()
                .setSessionId(start.id().toString())
                .setJailId(start.jail().toString())
                .addAllArgv(start.command().argv())
                .putAllEnvironment(start.command().environment())
                .setUser(start.user().map(CommandUser::toString).orElse(""))
                .setWorkingDirectory(start.directory().value())
                .setOpener(start.opener());
        start.terminal().ifPresent(size -> wire.setColumns(size.columns()).setRows(size.rows()));
        return wire.build();
    }

    static SessionStart fromWire(SessionQuestion wire) {
        return new SessionStart(
                session(wire.getSessionId()),
                jail(wire.getJailId()),
                Field.read("argv", () -> new Command(wire.getArgvList(), wire.getEnvironmentMap())),
                Field.read(
                        "user",
                        () -> Optional.of(wire.getUser())
                                .filter(user -> !user.isEmpty())
                                .map(CommandUser::parse)),
                Field.read("working_directory", () -> new WorkingDirectory(wire.getWorkingDirectory())),
                wire.getColumns() == 0 && wire.getRows() == 0
                        ? Optional.empty()
                        : Optional.of(Field.read("columns", () -> new TerminalSize(wire.getColumns(), wire.getRows()))),
                Field.text("opener", wire.getOpener(), SessionStart.MAX_OPENER));
    }

    static HostQuestion.EndSession fromWire(SessionEndQuestion wire) {
        return new HostQuestion.EndSession(jail(wire.getJailId()), session(wire.getSessionId()));
    }

    static JailId jail(String text) {
        return Field.read("jail_id", () -> JailId.parse(text));
    }

    private static ExecId session(String text) {
        return Field.read("session_id", () -> ExecId.parse(text));
    }

    static SessionBegun toWire(HostAnswer.SessionOpened opened) {
        SessionBegun.Builder wire = SessionBegun.newBuilder();
        opened.refusal()
                .ifPresent(refused -> wire.setRefused(CommandRefusal.newBuilder()
                        .setReason(refused.reason())
                        .setDetail(PlainText.truncate(refused.why(), MAX_TEXT))));
        return wire.build();
    }

    static HostAnswer.SessionOpened fromWire(SessionBegun wire) {
        return new HostAnswer.SessionOpened(
                wire.hasRefused() ? Optional.of(CommandWire.refused(wire.getRefused())) : Optional.empty());
    }

    static SessionList toWire(HostAnswer.Sessions sessions) {
        return SessionList.newBuilder()
                .addAllSessions(
                        sessions.sessions().stream().map(SessionWire::toWire).toList())
                .build();
    }

    private static SessionReport toWire(SessionState state) {
        CommandOutput nothing = new CommandOutput(new byte[0], false);
        SessionReport.Builder wire = SessionReport.newBuilder()
                .setSessionId(state.id().toString())
                .setProgram(state.program())
                .setTerminal(state.terminal())
                .setOpener(state.opener())
                .setStartedEpochMillis(state.started().toEpochMilli())
                .setBytes(state.bytes())
                .setInit(state.kind() == SessionState.Kind.INIT);
        state.end().ifPresent(how -> wire.setEnd(CommandWire.toWire(new CommandEnd(how, nothing, nothing))));
        state.viewers()
                .forEach(viewer -> wire.addViewers(
                        SessionViewer.newBuilder().setName(viewer.name()).setWrites(viewer.writes())));
        return wire.build();
    }

    static HostAnswer.Sessions fromWire(SessionList wire) {
        if (wire.getSessionsCount() > MAX_SESSIONS) {
            throw new MalformedMessage("sessions has more than " + MAX_SESSIONS + " entries", null);
        }
        return new HostAnswer.Sessions(
                wire.getSessionsList().stream().map(SessionWire::fromWire).toList());
    }

    private static SessionState fromWire(SessionReport wire) {
        if (wire.getViewersCount() > MAX_VIEWERS) {
            throw new MalformedMessage("viewers has more than " + MAX_VIEWERS + " entries", null);
        }
        Optional<How> end =
                wire.hasEnd() ? Optional.of(CommandWire.fromWire(wire.getEnd()).how()) : Optional.empty();
        return new SessionState(
                session(wire.getSessionId()),
                wire.getInit() ? SessionState.Kind.INIT : SessionState.Kind.COMMAND,
                Field.text("program", wire.getProgram(), MAX_PROGRAM),
                wire.getTerminal(),
                Field.text("opener", wire.getOpener(), SessionStart.MAX_OPENER),
                Instant.ofEpochMilli(Field.countable("started_epoch_millis", wire.getStartedEpochMillis())),
                end,
                wire.getViewersList().stream()
                        .map(viewer -> new SessionState.ExecViewer(
                                Field.text("name", viewer.getName(), StreamRequest.MAX_VIEWER), viewer.getWrites()))
                        .toList(),
                Field.countable("bytes", wire.getBytes()));
    }
}
