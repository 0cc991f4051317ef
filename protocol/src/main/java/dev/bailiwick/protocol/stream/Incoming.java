package dev.bailiwick.protocol.stream;

import com.google.protobuf.ByteString;
import dev.bailiwick.protocol.MalformedMessage;
import dev.bailiwick.protocol.v1.StreamFrame;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Consumer;

/** The direction of a stream in which the other side sends, as far as this side lets it. The lock of the stream guards it. */
final class Incoming {

    private final Consumer<StreamFrame> transport;
    private final Deque<ByteString> received = new ArrayDeque<>();
    /** What the other side may send before it gets more credit. */
    private long granted;
    /** What no longer takes room since credit was last granted. */
    private long released;

    private boolean hasEnded;

    Incoming(Consumer<StreamFrame> transport) {
        this.transport = transport;
    }

    void grant(long more) {
        granted += more;
        transport.accept(
                StreamFrame.newBuilder().setCredit(Math.toIntExact(more)).build());
    }

    /** @throws MalformedMessage if the other side may not send it */
    void take(ByteString message) {
        if (message.size() > ByteStream.MAX_MESSAGE_BYTES || ByteStream.cost(message) > granted || hasEnded) {
            throw new MalformedMessage("a message is too long, exceeds the credit, or comes after the end", null);
        }
        granted -= ByteStream.cost(message);
        received.add(message);
    }

    /** @throws MalformedMessage if it has come before */
    void takeEnd() {
        if (hasEnded) {
            throw new MalformedMessage("the end comes twice", null);
        }
        hasEnded = true;
    }

    /** Returns whether the next message is there, or none will follow. */
    boolean hasNext() {
        return !received.isEmpty() || hasEnded;
    }

    Optional<ByteString> next() {
        return Optional.ofNullable(received.poll());
    }

    /** Lets the other side send as much more, some time later. */
    void release(long cost) {
        released += cost;
        if (released >= ByteStream.WINDOW_BYTES / 4) {
            long all = released;
            released = 0;
            grant(all);
        }
    }
}
