package dev.bailiwick.server.jail.command;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.bailiwick.jail.stream.SessionFrame;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.protocol.stream.ByteStream;
import dev.bailiwick.protocol.stream.StreamClosed;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.jail.command.JailSessions.Reached;
import dev.bailiwick.server.jail.socket.Closing;
import dev.bailiwick.server.jail.socket.SocketKind;
import dev.bailiwick.server.jail.socket.SocketTickets;
import dev.bailiwick.server.jail.socket.StreamSocket;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.web.socket.BinaryMessage;
import org.springframework.web.socket.CloseStatus;
import org.springframework.web.socket.TextMessage;
import org.springframework.web.socket.WebSocketSession;

/**
 * The WebSocket of one viewer of a session: passes frames on between the viewer and the host, in both directions as fast as the slower side
 * takes them. What the viewer has not acknowledged is bounded by the host.
 */
final class ExecSocket extends StreamSocket {

    private static final Logger log = LoggerFactory.getLogger(ExecSocket.class);
    private static final SocketKind KIND = new SocketKind(
            "bailiwick.v1", SessionFrame.MAX_BYTES + 64, 1, Duration.ofSeconds(10), Duration.ofSeconds(35));

    private final ExecSockets sockets;
    private final Reached session;
    private final long offset;
    private final ViewerRecords records;

    ExecSocket(ExecSockets sockets, Caller caller, Reached session, long offset) {
        super(sockets.sockets(), KIND, caller);
        this.sockets = sockets;
        this.session = session;
        this.offset = offset;
        this.records = new ViewerRecords(sockets.sessions(), caller, session);
    }

    @Override
    protected void handleBinaryMessage(WebSocketSession from, BinaryMessage message) throws InterruptedException {
        byte[] bytes = new byte[message.getPayloadLength()];
        message.getPayload().get(bytes);
        try {
            SessionFrame frame = SessionFrame.decode(bytes);
            heard(frame);
            Optional<ByteStream> open = stream();
            if (open.isEmpty()) {
                begin(frame instanceof SessionFrame.Ticket(String text) ? Optional.of(text) : Optional.empty());
            } else {
                if (frame instanceof SessionFrame.Writer) {
                    closeIfItFails(records::writes);
                }
                requireFromViewer(frame);
                send(open.get(), frame, UnsafeByteOperations.unsafeWrap(bytes));
            }
        } catch (InvalidValue e) {
            close(Closing.MALFORMED);
        } catch (StreamClosed theHostHasEndedIt) {
            log.debug("a frame came after the end of its session: {}", theHostHasEndedIt.reason());
        }
    }

    @Override
    protected void handleTextMessage(WebSocketSession from, TextMessage message) {
        close(Closing.MALFORMED);
    }

    /** A page sends many frames by itself, also if nobody is there. */
    private void heard(SessionFrame frame) {
        if (isOfSomebody(frame)) {
            activity().used();
        } else {
            activity().heard();
        }
    }

    static boolean isOfSomebody(SessionFrame frame) {
        return switch (frame) {
            case SessionFrame.In _, SessionFrame.Eof _, SessionFrame.Signal _, SessionFrame.Writer _ -> true;
            case SessionFrame.Ticket _,
                    SessionFrame.Size _,
                    SessionFrame.Ack _,
                    SessionFrame.Keyboard _,
                    SessionFrame.Taken _,
                    SessionFrame.Out _,
                    SessionFrame.Gap _,
                    SessionFrame.State _ -> false;
        };
    }

    /** Passes a frame on. The command may wait for acknowledgements, which must not wait behind its input. */
    private void send(ByteStream to, SessionFrame frame, ByteString bytes) throws InterruptedException {
        activity().waits();
        try {
            if (frame instanceof SessionFrame.In || frame instanceof SessionFrame.Eof) {
                to.sendLater(bytes);
            } else {
                to.send(bytes);
            }
        } finally {
            activity().goesOn();
        }
    }

    private static void requireFromViewer(SessionFrame frame) {
        switch (frame) {
            case SessionFrame.In _,
                    SessionFrame.Eof _,
                    SessionFrame.Size _,
                    SessionFrame.Signal _,
                    SessionFrame.Ack _,
                    SessionFrame.Keyboard _,
                    SessionFrame.Writer _ -> {}
            case SessionFrame.Out _,
                    SessionFrame.Gap _,
                    SessionFrame.State _,
                    SessionFrame.Taken _,
                    SessionFrame.Ticket _ -> throw new InvalidValue("is a frame that viewers do not send");
        }
    }

    @Override
    protected boolean use(String ticket) {
        return sockets.tickets().use(ticket, caller(), session.jail(), new SocketTickets.Session(session.session()));
    }

    @Override
    protected ByteStream open() {
        Reached reached =
                caller().rows().call(() -> sockets.sessions().reach(caller(), session.jail(), session.session()));
        return sockets.sessions().attach(caller(), reached, offset);
    }

    @Override
    protected void pass(ByteStream from) throws InterruptedException {
        Optional<ByteString> next = from.receive();
        if (next.isPresent()) {
            closeIfItFails(records::attached);
        }
        while (next.isPresent() && !isClosed()) {
            send(new BinaryMessage(next.get().asReadOnlyByteBuffer()));
            next = from.receive();
        }
        close(CloseStatus.NORMAL);
    }
}
