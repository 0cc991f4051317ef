package dev.bailiwick.server.ssh;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.bailiwick.jail.draft.CommandDraft;
import dev.bailiwick.jail.process.TerminalSize;
import dev.bailiwick.jail.stream.SessionFrame;
import dev.bailiwick.protocol.stream.ByteStream;
import dev.bailiwick.protocol.stream.StreamClosed;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.jail.command.JailSessions;
import dev.bailiwick.server.jail.command.JailSessions.Reached;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.apache.sshd.server.Environment;
import org.apache.sshd.server.Signal;
import org.apache.sshd.server.channel.ChannelSession;
import org.jspecify.annotations.Nullable;

/**
 * A shell or a command in a jail, as a session of the jail's host. One thread passes its input on, and one its output, each as fast as
 * the other side takes it. When the client has gone, the command is killed.
 */
final class JailCommand extends StreamedCommand {

    private static final int KILLED = 128;
    private static final int MAX_CONTROLS = 8;

    private static final List<String> SHELL =
            List.of("/bin/sh", "-c", "[ -x /bin/bash ] && exec /bin/bash -l; exec /bin/sh -l");
    private static final List<String> RUN =
            List.of("/bin/sh", "-c", "[ -x /bin/bash ] && exec /bin/bash -c \"$1\"; exec /bin/sh -c \"$1\"", "sh");

    private final JailNames names;
    private final JailSessions sessions;
    private final Optional<String> line;
    /** Signals and sizes that wait to be sent; more are dropped. */
    private final Semaphore controls = new Semaphore(MAX_CONTROLS);

    private @Nullable Reached session;
    private volatile @Nullable ByteStream stream;

    /**
     * @param threads gives the command a thread of its own
     * @param line what a shell is to run; empty for a shell that reads what is typed
     */
    JailCommand(Executor threads, JailNames names, JailSessions sessions, Optional<String> line) {
        super(threads);
        this.names = names;
        this.sessions = sessions;
        this.line = line;
    }

    @Override
    int runToItsEnd(Connection connection, Environment environment)
            throws NotPossible, InterruptedException, IOException {
        Caller caller = connection.caller();
        var jail = names.find(caller, connection.login().jail());
        CommandDraft draft = draft(environment);
        requireClient();
        var prepared = caller.rows().call(() -> sessions.prepare(caller, jail, draft));
        Reached opened = prepared.session();
        session = opened;
        requireClient();
        var _ = caller.rows().call(() -> sessions.open(prepared));
        ByteStream attached = sessions.attach(caller, opened, 0);
        stream = attached;
        connection.carries(attached);
        try {
            requireClient();
            environment.addSignalListener((_, signal) -> control(signal, environment));
            Thread.ofVirtual().name("ssh-input").start(() -> passInput(attached));
            return passOutput(attached, Boolean.TRUE.equals(draft.tty()));
        } finally {
            connection.leaves(attached);
        }
    }

    private CommandDraft draft(Environment environment) {
        Map<String, String> variables = environment.getEnv();
        boolean hasTerminal = variables.containsKey(Environment.ENV_COLUMNS);
        TerminalSize size = size(variables);
        Map<String, @Nullable String> kept = new TreeMap<>();
        variables.forEach((name, value) -> {
            if (JailChannel.isOfLanguage(name) || hasTerminal && name.equals(Environment.ENV_TERM)) {
                kept.put(name, value);
            }
        });
        List<@Nullable String> argv = new ArrayList<>(line.isEmpty() ? SHELL : RUN);
        line.ifPresent(argv::add);
        return new CommandDraft(
                argv,
                kept,
                null,
                null,
                null,
                null,
                hasTerminal,
                hasTerminal ? size.columns() : null,
                hasTerminal ? size.rows() : null);
    }

    /** Returns the size of the terminal; the usual one if the client names none that is possible. */
    private static TerminalSize size(Map<String, String> variables) {
        return new TerminalSize(
                number(variables.get(Environment.ENV_COLUMNS), TerminalSize.USUAL.columns()),
                number(variables.get(Environment.ENV_LINES), TerminalSize.USUAL.rows()));
    }

    private static int number(@Nullable String text, int usual) {
        int given = text == null ? 0 : Integer.parseInt(text);
        return given < 1 || given > TerminalSize.MAX ? usual : given;
    }

    private void control(Signal signal, Environment environment) {
        if (signal == Signal.WINCH) {
            control(() -> new SessionFrame.Size(size(environment.getEnv())));
        } else {
            control(() -> new SessionFrame.Signal(signal.getNumeric()));
        }
    }

    /** Sends a frame on a thread of its own, since the thread that reads from the client must not wait for the host. */
    private void control(Supplier<SessionFrame> frame) {
        ByteStream to = stream;
        if (to != null && controls.tryAcquire()) {
            Thread.ofVirtual().name("ssh-control").start(() -> {
                try {
                    send(to, frame.get());
                } catch (StreamClosed theCommandHasEnded) {
                    to.close();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                } finally {
                    controls.release();
                }
            });
        }
    }

    private static void send(ByteStream to, SessionFrame frame) throws InterruptedException {
        to.send(UnsafeByteOperations.unsafeWrap(frame.encode()));
    }

    /** Sends input: the command may wait for acknowledgements, which must not wait behind it. */
    private static void sendLater(ByteStream to, SessionFrame frame) throws InterruptedException {
        to.sendLater(UnsafeByteOperations.unsafeWrap(frame.encode()));
    }

    private void passInput(ByteStream to) {
        InputStream from = input();
        byte[] buffer = new byte[SessionFrame.MAX_BYTES];
        try {
            int length = from.read(buffer);
            while (length >= 0) {
                sendLater(to, new SessionFrame.In(ByteBuffer.wrap(buffer, 0, length)));
                length = from.read(buffer);
            }
            sendLater(to, new SessionFrame.Eof());
        } catch (IOException theClientHasLeft) {
            to.close();
        } catch (StreamClosed theCommandHasEnded) {
            to.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Returns the exit status.
     *
     * @param mayMiss whether somebody looks on, and output may be missing if that is said; a file would be wrong without it
     */
    private int passOutput(ByteStream from, boolean mayMiss) throws NotPossible, InterruptedException, IOException {
        while (true) {
            ByteString next = from.receive()
                    .orElseThrow(() -> new NotPossible("The host of the jail says no more about the command."));
            switch (SessionFrame.decode(next.toByteArray())) {
                case SessionFrame.Out(int to, long offset, ByteBuffer bytes) -> {
                    take(from, to, offset, bytes);
                }
                case SessionFrame.State(var ended, int number, String reason) -> {
                    return switch (ended) {
                        case EXITED -> number;
                        case KILLED -> KILLED + number;
                        case SESSION -> throw new NotPossible("The session has ended: " + reason + ".");
                    };
                }
                case SessionFrame.Gap(long start, long end) -> {
                    String lost = (end - start) + " bytes of output were lost.";
                    if (!mayMiss) {
                        throw new NotPossible(lost);
                    }
                    writeError(ByteBuffer.wrap(("\r\n" + lost + "\r\n").getBytes(StandardCharsets.UTF_8)));
                    acknowledge(from, end);
                }
                case SessionFrame.Writer _,
                        SessionFrame.In _,
                        SessionFrame.Eof _,
                        SessionFrame.Size _,
                        SessionFrame.Signal _,
                        SessionFrame.Ack _,
                        SessionFrame.Keyboard _,
                        SessionFrame.Taken _,
                        SessionFrame.Ticket _ -> {}
            }
        }
    }

    /** Passes output on to the client, once that has room. */
    private void take(ByteStream from, int to, long offset, ByteBuffer bytes) throws InterruptedException, IOException {
        int length = bytes.remaining();
        if (to == 1) {
            write(bytes);
        } else {
            writeError(bytes);
        }
        acknowledge(from, offset + length);
    }

    private void acknowledge(ByteStream to, long offset) throws InterruptedException {
        try {
            send(to, new SessionFrame.Ack(offset));
        } catch (StreamClosed itsEnd) {
            // What the host sent before is still to be received.
            to.close();
        }
    }

    @Override
    public void destroy(ChannelSession channel) {
        super.destroy(channel);
        close();
    }

    /** Ends the session at its host. */
    @Override
    void end() {
        close();
        Reached begun = session;
        if (begun != null) {
            sessions.discard(begun);
        }
    }

    private void close() {
        ByteStream open = stream;
        if (open != null) {
            open.close();
        }
    }
}
