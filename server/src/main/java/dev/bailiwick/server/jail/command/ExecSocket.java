package dev.bailiwick.server.jail.command;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.bailiwick.jail.stream.SessionFrame;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.protocol.stream.ByteStream;
import dev.bailiwick.protocol.stream.StreamClosed;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.stream.OpenStreams;
import dev.bailiwick.server.jail.command.JailSessions.Reached;
import dev.bailiwick.server.problem.Failure;
import jakarta.websocket.Session;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;
import org.springframework.web.socket.BinaryMessage;
import org.springframework.web.socket.CloseStatus;
import org.springframework.web.socket.PingMessage;
import org.springframework.web.socket.PongMessage;
import org.springframework.web.socket.WebSocketMessage;
import org.springframework.web.socket.WebSocketSession;
import org.springframework.web.socket.adapter.NativeWebSocketSession;
import org.springframework.web.socket.handler.AbstractWebSocketHandler;

/**
 * The WebSocket of one viewer of a session: passes frames on between the viewer and the host, in both directions as fast as the slower side
 * takes them. What the viewer has not acknowledged is bounded by the host.
 */
final class ExecSocket extends AbstractWebSocketHandler {

    static final String SUBPROTOCOL = "bailiwick.v1";

    private static final Logger log = LoggerFactory.getLogger(ExecSocket.class);
    private static final Duration PING = Duration.ofSeconds(10);
    private static final long SEND_TIMEOUT_MILLIS = 10_000;

    private final ExecSockets sockets;
    private final Caller caller;
    private final Reached session;
    private final long offset;
    private final ViewerRecords records;
    private final ViewerActivity activity = new ViewerActivity(System::nanoTime);
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile OpenStreams.@Nullable Place place;
    private volatile @Nullable WebSocketSession socket;
    private volatile @Nullable ByteStream stream;
    private volatile @Nullable Future<?> pings;
    /** Why the socket ends although neither side wants it to. */
    private volatile @Nullable CloseStatus ending;

    ExecSocket(ExecSockets sockets, Caller caller, Reached session, long offset) {
        this.sockets = sockets;
        this.caller = caller;
        this.session = session;
        this.offset = offset;
        this.records = new ViewerRecords(sockets.sessions(), caller, session);
    }

    void admitted(OpenStreams.Place admitted) {
        place = admitted;
        // Nothing else ends it if the viewer has gone before the upgrade is complete.
        var _ = sockets.timer()
                .schedule(this::requireViewer, ViewerActivity.FOR_THE_TICKET.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void requireViewer() {
        if (socket == null) {
            close(Closing.IDLE);
        }
    }

    /** Gives up its place among the open streams. */
    void leave() {
        OpenStreams.Place held = place;
        if (held != null) {
            held.close();
        }
    }

    /** Ends the socket, because its right was withdrawn or the server stops. Never blocks. */
    void withdrawn() {
        boolean isWithdrawn = sockets.isServing();
        CloseStatus why = isWithdrawn ? Closing.WITHDRAWN : CloseStatus.GOING_AWAY;
        ending = why;
        ByteStream open = stream;
        if (open != null) {
            // Before the viewer learns of it, nothing passes any more.
            open.close(isWithdrawn ? StreamClosed.WITHDRAWN : StreamClosed.DONE, "");
        }
        Thread.ofVirtual().start(() -> close(why));
    }

    @Override
    public void afterConnectionEstablished(WebSocketSession opened) {
        opened.setBinaryMessageSizeLimit(SessionFrame.MAX_BYTES + 64);
        opened.setTextMessageSizeLimit(1);
        if (opened instanceof NativeWebSocketSession known && known.getNativeSession() instanceof Session tomcat) {
            tomcat.getUserProperties().put("org.apache.tomcat.websocket.BLOCKING_SEND_TIMEOUT", SEND_TIMEOUT_MILLIS);
        }
        socket = opened;
        pings = sockets.timer()
                .scheduleWithFixedDelay(
                        () -> Thread.ofVirtual().start(this::ping),
                        PING.toMillis(),
                        PING.toMillis(),
                        TimeUnit.MILLISECONDS);
        if (closed.get()) {
            stopPings();
            close(CloseStatus.GOING_AWAY);
        }
    }

    private void ping() {
        activity.end(stream != null).ifPresentOrElse(this::close, () -> {
            WebSocketSession open = socket;
            if (open != null) {
                send(open, new PingMessage());
            }
        });
    }

    private void send(WebSocketSession to, WebSocketMessage<?> message) {
        try {
            // A socket has one sender at a time.
            synchronized (to) {
                to.sendMessage(message);
            }
        } catch (IOException | IllegalStateException theViewerHasLeft) {
            close(CloseStatus.SESSION_NOT_RELIABLE);
        }
    }

    @Override
    protected void handlePongMessage(WebSocketSession from, PongMessage message) {
        activity.heard();
    }

    @Override
    protected void handleBinaryMessage(WebSocketSession from, BinaryMessage message) throws InterruptedException {
        byte[] bytes = new byte[message.getPayloadLength()];
        message.getPayload().get(bytes);
        try {
            SessionFrame frame = SessionFrame.decode(bytes);
            activity.heard(frame);
            ByteStream open = stream;
            if (open == null) {
                begin(from, frame);
            } else {
                if (frame instanceof SessionFrame.Writer) {
                    record(records::writes);
                }
                send(open, requireFromViewer(frame, bytes));
            }
        } catch (InvalidValue e) {
            close(Closing.MALFORMED);
        } catch (StreamClosed theHostHasEndedIt) {
            log.debug("a frame came after the end of its session: {}", theHostHasEndedIt.reason());
        }
    }

    private void send(ByteStream to, byte[] frame) throws InterruptedException {
        activity.waits();
        try {
            to.send(UnsafeByteOperations.unsafeWrap(frame));
        } finally {
            activity.goesOn();
        }
    }

    private static byte[] requireFromViewer(SessionFrame frame, byte[] bytes) {
        return switch (frame) {
            case SessionFrame.In _,
                    SessionFrame.Eof _,
                    SessionFrame.Size _,
                    SessionFrame.Signal _,
                    SessionFrame.Ack _,
                    SessionFrame.Keyboard _,
                    SessionFrame.Writer _ -> bytes;
            case SessionFrame.Out _,
                    SessionFrame.Gap _,
                    SessionFrame.State _,
                    SessionFrame.Taken _,
                    SessionFrame.Ticket _ -> throw new InvalidValue("is a frame that viewers do not send");
        };
    }

    private void begin(WebSocketSession from, SessionFrame first) {
        if (!(first instanceof SessionFrame.Ticket(String text))) {
            close(Closing.WITHDRAWN);
            return;
        }
        try {
            if (!caller.rows().call(() -> sockets.tickets().use(text, caller, session.jail(), session.session()))) {
                // It came too late, perhaps. Whoever may no longer attach gets no other.
                close(Closing.LATER);
                return;
            }
            Reached reached =
                    caller.rows().call(() -> sockets.sessions().reach(caller, session.jail(), session.session()));
            ByteStream opened = sockets.sessions().attach(caller, reached, offset);
            stream = opened;
            if (closed.get()) {
                opened.close();
                return;
            }
            Thread.ofVirtual().name("exec-socket").start(() -> pass(opened, from));
        } catch (Failure e) {
            close(Closing.of(e));
        } catch (DataAccessException | TransactionException e) {
            close(Closing.LATER);
        }
    }

    private void record(Runnable event) {
        try {
            event.run();
        } catch (Failure e) {
            close(Closing.of(e));
        } catch (DataAccessException | TransactionException e) {
            close(Closing.LATER);
        }
    }

    /** Passes on what the host sends, until the stream ends. */
    private void pass(ByteStream from, WebSocketSession to) {
        try {
            Optional<ByteString> next = from.receive();
            if (next.isPresent()) {
                record(records::attached);
            }
            while (next.isPresent() && !closed.get()) {
                send(to, new BinaryMessage(next.get().asReadOnlyByteBuffer()));
                next = from.receive();
            }
            close(CloseStatus.NORMAL);
        } catch (StreamClosed e) {
            close(Closing.of(e.reason()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            close(Closing.LATER);
        }
    }

    @Override
    public void handleTransportError(WebSocketSession from, Throwable failure) {
        close(CloseStatus.SESSION_NOT_RELIABLE);
    }

    @Override
    public void afterConnectionClosed(WebSocketSession from, CloseStatus status) {
        close(status);
    }

    private void close(CloseStatus status) {
        if (!closed.getAndSet(true)) {
            ByteStream carried = stream;
            if (carried != null) {
                carried.close();
            }
            stopPings();
            leave();
        }
        WebSocketSession open = socket;
        CloseStatus first = ending;
        try {
            if (open != null && open.isOpen()) {
                open.close(first == null ? status : first);
            }
        } catch (IOException theViewerHasLeft) {
            log.debug("a socket was closed already");
        }
    }

    private void stopPings() {
        Future<?> scheduled = pings;
        if (scheduled != null) {
            scheduled.cancel(false);
        }
    }
}
