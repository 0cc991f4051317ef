package dev.bailiwick.protocol.stream;

import com.google.protobuf.ByteString;
import dev.bailiwick.protocol.MalformedMessage;
import dev.bailiwick.protocol.v1.StreamFrame;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/** The direction of a stream in which this side sends, as far as the other side lets it. The lock of the stream guards it. */
final class Outgoing {

    /**
     * What messages that wait leave of the window to the others. The largest finds room beside it, also while the other side has not granted
     * a quarter of the window again.
     */
    private static final long RESERVED = ByteStream.WINDOW_BYTES / 2 - ByteStream.MESSAGE_COST;

    private final Consumer<StreamFrame> transport;
    private final Deque<ByteString> waiting = new ArrayDeque<>();
    private long waitingBytes;
    /** What this side may send. */
    private long credit;

    private boolean ends;

    Outgoing(Consumer<StreamFrame> transport) {
        this.transport = transport;
    }

    /** @throws MalformedMessage if it is no credit, or more than the window */
    void takeCredit(long more) {
        if (more == 0 || credit + more > ByteStream.WINDOW_BYTES) {
            throw new MalformedMessage("credit is 0 or exceeds " + ByteStream.WINDOW_BYTES, null);
        }
        credit += more;
        sendWaiting();
    }

    boolean hasRoom(ByteString message) {
        return credit >= ByteStream.cost(message);
    }

    /** Sends a message for which there is room, before those that wait. */
    void send(ByteString message) {
        requireOpen();
        credit -= ByteStream.cost(message);
        transport.accept(StreamFrame.newBuilder().setMessage(message).build());
    }

    boolean mayWait(ByteString message) {
        return waitingBytes + ByteStream.cost(message) <= ByteStream.WINDOW_BYTES;
    }

    /** Sends a message after those that wait, now or later. */
    void sendLater(ByteString message) {
        requireOpen();
        waiting.add(message);
        waitingBytes += ByteStream.cost(message);
        sendWaiting();
    }

    /** Says that no message follows, after those that wait. */
    void end() {
        if (!ends) {
            ends = true;
            sendWaiting();
            if (waiting.isEmpty()) {
                sendEnd();
            }
        }
    }

    private void sendWaiting() {
        boolean hadSome = !waiting.isEmpty();
        while (!waiting.isEmpty() && credit >= ByteStream.cost(waiting.element()) + RESERVED) {
            ByteString next = waiting.remove();
            waitingBytes -= ByteStream.cost(next);
            credit -= ByteStream.cost(next);
            transport.accept(StreamFrame.newBuilder().setMessage(next).build());
        }
        if (ends && hadSome && waiting.isEmpty()) {
            sendEnd();
        }
    }

    private void sendEnd() {
        transport.accept(StreamFrame.newBuilder().setEnd(true).build());
    }

    private void requireOpen() {
        if (ends) {
            throw new IllegalStateException("This side of the stream has ended");
        }
    }
}
