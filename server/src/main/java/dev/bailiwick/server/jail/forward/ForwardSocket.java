package dev.bailiwick.server.jail.forward;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.bailiwick.protocol.stream.ByteStream;
import dev.bailiwick.protocol.stream.StreamClosed;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.authentication.Credential;
import dev.bailiwick.server.account.stream.OpenStreams;
import dev.bailiwick.server.jail.command.JailNotRunning;
import dev.bailiwick.server.jail.forward.JailForwards.Connected;
import dev.bailiwick.server.jail.forward.JailForwards.Prepared;
import dev.bailiwick.server.jail.socket.Closing;
import dev.bailiwick.server.jail.socket.SocketKind;
import dev.bailiwick.server.jail.socket.SocketTickets;
import dev.bailiwick.server.jail.socket.StreamSocket;
import dev.bailiwick.server.problem.Failure;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.web.socket.BinaryMessage;
import org.springframework.web.socket.CloseStatus;
import org.springframework.web.socket.TextMessage;
import org.springframework.web.socket.WebSocketMessage;
import org.springframework.web.socket.WebSocketSession;

/**
 * The WebSocket of one connection to a port in a jail. Binary messages are its bytes; the text {@code end} is the end of one direction, and
 * {@code open} from the server says that the port has accepted. A side that takes nothing makes the other wait, for hours if it must: the
 * client's end is held back by TCP, and the jail's by the credit of the stream.
 */
final class ForwardSocket extends StreamSocket {

    private static final Logger log = LoggerFactory.getLogger(ForwardSocket.class);

    /** A client that does not read cannot answer a ping; the kernel of the server knows earlier when its machine has gone. */
    private static final SocketKind KIND = new SocketKind(
            "bailiwick.forward.v1", ByteStream.MAX_MESSAGE_BYTES, 256, Duration.ofHours(12), Duration.ofMinutes(15));

    private static final String END = "end";
    private static final int NOT_REACHED = 4502;

    private final ForwardSockets sockets;
    private final Prepared prepared;
    private final Runnable place;
    private volatile @Nullable Connected connected;
    /** Only the thread of the client's messages uses it, one at a time. */
    private volatile boolean hasEnded;

    /** @param place its place among the connections to ports, which it gives back */
    ForwardSocket(ForwardSockets sockets, Caller caller, Prepared prepared, Runnable place) {
        super(sockets.sockets(), KIND, caller);
        this.sockets = sockets;
        this.prepared = prepared;
        this.place = place;
    }

    /** Those of a user are bounded with those over SSH, so that live pages have room. */
    @Override
    protected OpenStreams.Place admit(OpenStreams among, Credential credential, Runnable end) {
        return among.admitBeside(caller(), credential, end);
    }

    @Override
    protected void left() {
        place.run();
    }

    @Override
    protected void handleTextMessage(WebSocketSession from, TextMessage message) throws InterruptedException {
        activity().used();
        Optional<ByteStream> open = stream();
        if (open.isEmpty()) {
            begin(Optional.of(message.getPayload()));
        } else if (message.getPayload().equals(END) && !hasEnded) {
            hasEnded = true;
            open.get().end();
        } else {
            close(Closing.MALFORMED);
        }
    }

    @Override
    protected void handleBinaryMessage(WebSocketSession from, BinaryMessage message) throws InterruptedException {
        activity().used();
        Optional<ByteStream> open = stream();
        if (open.isEmpty()) {
            begin(Optional.empty());
        } else if (hasEnded) {
            close(Closing.MALFORMED);
        } else if (message.getPayloadLength() > 0) {
            pass(message, open.get());
        }
    }

    private void pass(BinaryMessage message, ByteStream to) throws InterruptedException {
        byte[] bytes = new byte[message.getPayloadLength()];
        message.getPayload().get(bytes);
        activity().waits();
        try {
            to.send(UnsafeByteOperations.unsafeWrap(bytes));
        } catch (StreamClosed itsEnd) {
            log.debug("a connection to a port has ended: {}", itsEnd.reason());
        } finally {
            activity().goesOn();
        }
    }

    @Override
    protected boolean use(String ticket) {
        return sockets.tickets()
                .use(
                        ticket,
                        caller(),
                        prepared.request().jail(),
                        new SocketTickets.Port(prepared.request().port()));
    }

    @Override
    protected ByteStream open() {
        Prepared now = caller().rows()
                .call(() -> sockets.forwards()
                        .prepare(
                                caller(),
                                prepared.request().jail(),
                                prepared.target(),
                                prepared.request().port()));
        Connected opened = sockets.forwards().connect(now, place);
        connected = opened;
        return opened.stream();
    }

    @Override
    protected void opened(ByteStream to) throws InterruptedException {
        Connected opened = connected;
        if (opened != null) {
            opened.awaitAccepted();
            sockets.records().record(caller(), prepared);
        }
    }

    @Override
    protected void pass(ByteStream from) throws InterruptedException {
        send(new TextMessage("open"));
        passBytes(from);
        sendAndWait(new TextMessage(END));
        // The client may still be about to send.
        from.whenClosed(() ->
                Thread.ofVirtual().start(() -> from.closed().ifPresent(end -> close(closing(end.reason())))));
    }

    private void passBytes(ByteStream from) throws InterruptedException {
        try {
            Optional<ByteString> next = from.receive();
            while (next.isPresent() && !isClosed()) {
                sendAndWait(new BinaryMessage(next.get().asReadOnlyByteBuffer()));
                next = from.receive();
            }
        } catch (StreamClosed itsEnd) {
            if (!itsEnd.reason().equals(StreamClosed.DONE)) {
                throw itsEnd;
            }
            // Both directions have ended.
        }
    }

    private void sendAndWait(WebSocketMessage<?> message) {
        activity().waits();
        try {
            send(message);
        } finally {
            activity().goesOn();
            activity().used();
        }
    }

    @Override
    protected CloseStatus closing(Failure failure) {
        return switch (failure) {
            case PortNotReached _ -> new CloseStatus(NOT_REACHED, "nothing listens");
            case JailNotRunning _ -> notRunning();
            default -> super.closing(failure);
        };
    }

    @Override
    protected CloseStatus closing(String reason) {
        return switch (reason) {
            case "gone" -> notRunning();
            case "reset" -> new CloseStatus(NOT_REACHED, "reset");
            default -> super.closing(reason);
        };
    }

    private static CloseStatus notRunning() {
        return new CloseStatus(Closing.GONE.getCode(), "jail not running");
    }
}
