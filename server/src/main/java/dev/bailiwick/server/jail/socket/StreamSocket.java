package dev.bailiwick.server.jail.socket;

import dev.bailiwick.protocol.stream.ByteStream;
import dev.bailiwick.protocol.stream.StreamClosed;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.authentication.Credential;
import dev.bailiwick.server.account.stream.OpenStreams;
import dev.bailiwick.server.problem.Failure;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;
import org.springframework.web.socket.CloseStatus;
import org.springframework.web.socket.PingMessage;
import org.springframework.web.socket.PongMessage;
import org.springframework.web.socket.WebSocketMessage;
import org.springframework.web.socket.WebSocketSession;
import org.springframework.web.socket.handler.AbstractWebSocketHandler;

/**
 * A WebSocket that leads to a stream of a host, from the ticket in its first message to its end. It ends when its caller may no longer
 * have it, when its client is silent or idle, and with the stream.
 */
public abstract class StreamSocket extends AbstractWebSocketHandler {

    private static final Logger log = LoggerFactory.getLogger(StreamSocket.class);
    private static final Duration PING = Duration.ofSeconds(10);
    /** How long the end waits for a client that does not read; then its connection is cut. */
    private static final Duration CLOSE = Duration.ofSeconds(10);

    private static final Duration CUT = Duration.ofSeconds(1);
    private static final Duration SENDER = Duration.ofMillis(200);

    private final StreamSockets sockets;
    private final SocketKind kind;
    private final Caller caller;
    private final SocketActivity activity;
    private final AtomicBoolean closed = new AtomicBoolean();
    /** A socket has one sender at a time. */
    private final ReentrantLock sending = new ReentrantLock();

    private volatile OpenStreams.@Nullable Place place;
    private volatile @Nullable WebSocketSession socket;
    private volatile boolean hasTicket;
    private volatile @Nullable ByteStream stream;
    private volatile @Nullable Future<?> pings;
    /** Why the socket ends: what came first, since an end of one part ends the others. */
    private final AtomicReference<@Nullable CloseStatus> ending = new AtomicReference<>();

    protected StreamSocket(StreamSockets sockets, SocketKind kind, Caller caller) {
        this.sockets = sockets;
        this.kind = kind;
        this.caller = caller;
        this.activity = new SocketActivity(System::nanoTime, kind.maxSilence());
    }

    /** Something that is done with a stream. */
    protected interface Step {
        void run() throws InterruptedException;
    }

    /** Takes a place among the open streams, which ends the socket when its caller may no longer have it. */
    protected OpenStreams.Place admit(OpenStreams among, Credential credential, Runnable end) {
        return among.admit(caller, credential, end);
    }

    /** Uses the ticket up; returns whether it was valid for this socket. */
    protected abstract boolean use(String ticket);

    /**
     * Opens the stream, for a client whose ticket was valid.
     *
     * @throws Failure if it may not, or cannot be opened
     */
    protected abstract ByteStream open();

    /** Does what comes before any message of the client is passed on. */
    protected void opened(ByteStream to) throws InterruptedException {}

    /**
     * Passes on what the host sends until its end, on a thread of its own.
     *
     * @throws StreamClosed if the stream has ended
     */
    protected abstract void pass(ByteStream from) throws InterruptedException;

    /** Returns with which code the socket closes if this has happened. */
    protected CloseStatus closing(Failure failure) {
        return Closing.of(failure);
    }

    /** Returns with which code the socket closes if the stream has ended for this reason. */
    protected CloseStatus closing(String reason) {
        return Closing.of(reason);
    }

    /** Gives up what the socket holds beside its place among the open streams; may be called more than once. */
    protected void left() {}

    final String subprotocol() {
        return kind.subprotocol();
    }

    protected final Caller caller() {
        return caller;
    }

    protected final SocketActivity activity() {
        return activity;
    }

    protected final boolean isClosed() {
        return closed.get();
    }

    /** Returns the stream; empty before the ticket. */
    protected final Optional<ByteStream> stream() {
        return Optional.ofNullable(stream);
    }

    final void admitted(OpenStreams.Place admitted) {
        place = admitted;
        // Nothing else ends it if the client has gone before the upgrade is complete.
        var _ = sockets.timer()
                .schedule(this::requireClient, SocketActivity.FOR_THE_TICKET.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void requireClient() {
        if (socket == null) {
            close(Closing.IDLE);
        }
    }

    /** Gives up its places. */
    final void leave() {
        OpenStreams.Place held = place;
        if (held != null) {
            held.close();
        }
        left();
    }

    /** Ends the socket, because its right was withdrawn, or may have been, or the server stops. Never blocks. */
    final void withdrawn() {
        CloseStatus why = sockets.ending();
        ending.compareAndSet(null, why);
        ByteStream open = stream;
        if (open != null) {
            // Before the client learns of it, nothing passes any more.
            open.close(why.equals(Closing.WITHDRAWN) ? StreamClosed.WITHDRAWN : StreamClosed.DONE, "");
        }
        Thread.ofVirtual().start(() -> close(why));
    }

    @Override
    public final void afterConnectionEstablished(WebSocketSession opened) {
        kind.limit(opened);
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
        Optional<CloseStatus> end = activity.end(hasTicket);
        if (end.isPresent()) {
            close(end.get());
        } else if (sending.tryLock()) {
            // Otherwise a message is being sent, and the client has yet to take it.
            try {
                send(new PingMessage());
            } finally {
                sending.unlock();
            }
        }
    }

    /** Sends a message to the client, as soon as that takes it. */
    protected final void send(WebSocketMessage<?> message) {
        WebSocketSession to = socket;
        sending.lock();
        try {
            if (to != null && !closed.get()) {
                to.sendMessage(message);
            }
        } catch (IOException | IllegalStateException theClientHasLeft) {
            close(CloseStatus.SESSION_NOT_RELIABLE);
        } finally {
            sending.unlock();
        }
    }

    @Override
    protected final void handlePongMessage(WebSocketSession from, PongMessage message) {
        activity.heard();
    }

    /**
     * Begins with the first message of the client.
     *
     * @param ticket the one in it, if it is one
     */
    protected final void begin(Optional<String> ticket) throws InterruptedException {
        if (ticket.isEmpty() || closed.get()) {
            close(Closing.WITHDRAWN);
            return;
        }
        closeIfItFails(() -> {
            if (!caller.rows().call(() -> use(ticket.get()))) {
                // It came too late, perhaps. Whoever may no longer have a socket gets no other.
                close(Closing.LATER);
                return;
            }
            hasTicket = true;
            ByteStream opened = open();
            stream = opened;
            if (closed.get()) {
                opened.close();
                return;
            }
            opened(opened);
            Thread.ofVirtual().name("stream-socket").start(() -> passToTheEnd(opened));
        });
    }

    private void passToTheEnd(ByteStream from) {
        try {
            closeIfItFails(() -> pass(from));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            close(Closing.LATER);
        } catch (RuntimeException e) {
            log.atError().setCause(e).log("a stream to a client has failed");
            close(CloseStatus.SERVER_ERROR);
        }
    }

    /** Runs this; closes the socket if it fails. */
    protected final void closeIfItFails(Step step) throws InterruptedException {
        try {
            step.run();
        } catch (StreamClosed e) {
            close(closing(e.reason()));
        } catch (Failure e) {
            close(closing(e));
        } catch (DataAccessException | TransactionException e) {
            close(Closing.LATER);
        }
    }

    @Override
    public final void handleTransportError(WebSocketSession from, Throwable failure) {
        close(CloseStatus.SESSION_NOT_RELIABLE);
    }

    @Override
    public final void afterConnectionClosed(WebSocketSession from, CloseStatus status) {
        close(status);
    }

    /** Closes the socket with the first of these codes. */
    protected final void close(CloseStatus status) {
        ending.compareAndSet(null, status);
        if (!closed.getAndSet(true)) {
            ByteStream carried = stream;
            if (carried != null) {
                carried.close();
            }
            stopPings();
            leave();
        }
        WebSocketSession open = socket;
        CloseStatus first = Optional.ofNullable(ending.get()).orElse(status);
        try {
            if (open != null && open.isOpen()) {
                SocketKind.limitSending(open, first.equals(Closing.WITHDRAWN) ? CUT : CLOSE);
                awaitSender();
                open.close(first);
            }
        } catch (IOException theClientHasLeft) {
            log.debug("a socket was closed already");
        }
    }

    /** Lets a message go out that is being sent: the code could not follow it otherwise. One that the client does not take is not waited for. */
    private void awaitSender() {
        try {
            if (sending.tryLock(SENDER.toMillis(), TimeUnit.MILLISECONDS)) {
                sending.unlock();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void stopPings() {
        Optional.ofNullable(pings).ifPresent(scheduled -> scheduled.cancel(false));
    }
}
