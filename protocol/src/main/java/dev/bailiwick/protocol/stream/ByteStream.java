package dev.bailiwick.protocol.stream;

import com.google.protobuf.ByteString;
import dev.bailiwick.jail.text.PlainText;
import dev.bailiwick.protocol.Field;
import dev.bailiwick.protocol.MalformedMessage;
import dev.bailiwick.protocol.v1.StreamClose;
import dev.bailiwick.protocol.v1.StreamFrame;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One side of a stream of messages between a server and an agent. Messages arrive whole and in their order. Each side lets the other send
 * {@link #WINDOW_BYTES} that it has not received yet, so a side that does not receive makes the other wait, and neither holds more than
 * that. Thread-safe; {@link #send}, {@link #sendLater} and the methods that receive wait, the other methods never do.
 */
public final class ByteStream implements AutoCloseable {

    /** The bytes that a message can have. */
    public static final int MAX_MESSAGE_BYTES = 64 << 10;

    /** What is on its way in one direction at most: the bytes of messages, and {@link #MESSAGE_COST} for each. */
    public static final int WINDOW_BYTES = 256 << 10;

    /** So that many small messages do not fill the memory. */
    static final long MESSAGE_COST = 64;

    private static final int MAX_REASON = 64;
    private static final int MAX_DETAIL = 2_000;

    private final Consumer<StreamFrame> transport;
    private final Runnable completion;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Outgoing outgoing;
    private final Incoming incoming;
    private Runnable afterwards = () -> {};
    private @Nullable StreamClosed closed;

    /**
     * @param transport sends a frame; must not block
     * @param completion called once, after the last frame; must not block
     */
    public ByteStream(Consumer<StreamFrame> transport, Runnable completion) {
        this.transport = transport;
        this.outgoing = new Outgoing(transport);
        this.incoming = new Incoming(transport);
        this.completion = completion;
    }

    /** Lets the other side send. To be called once, when this side can send. */
    public void begin() {
        lock.lock();
        try {
            incoming.grant(WINDOW_BYTES);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Sends a message, once the other side has room for it.
     *
     * @param message at most {@link #MAX_MESSAGE_BYTES}
     * @throws StreamClosed if the stream has ended
     */
    public void send(ByteString message) throws InterruptedException {
        awaitAndRun(message, outgoing::hasRoom, outgoing::send);
    }

    /**
     * Sends a message that the other side may keep for a while: after all others that were sent so, and such that {@link #send} finds room
     * meanwhile. Returns before it is sent, unless {@link #WINDOW_BYTES} of them wait.
     *
     * @param message at most {@link #MAX_MESSAGE_BYTES}
     * @throws StreamClosed if the stream has ended
     */
    public void sendLater(ByteString message) throws InterruptedException {
        awaitAndRun(message, outgoing::mayWait, outgoing::sendLater);
    }

    private void awaitAndRun(ByteString message, Predicate<ByteString> condition, Consumer<ByteString> action)
            throws InterruptedException {
        if (message.size() > MAX_MESSAGE_BYTES) {
            throw new IllegalArgumentException("A message has at most " + MAX_MESSAGE_BYTES + " bytes");
        }
        lock.lockInterruptibly();
        try {
            while (closed == null && !condition.test(message)) {
                changed.await();
            }
            if (closed != null) {
                throw closed;
            }
            action.accept(message);
        } finally {
            lock.unlock();
        }
    }

    /** Says that no message of this side follows; the other side may go on sending. */
    public void end() {
        lock.lock();
        try {
            if (closed == null) {
                outgoing.end();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for the next message.
     *
     * @return empty once the other side has said that no message follows
     * @throws StreamClosed if the stream has ended, after all messages that came before the end
     */
    public Optional<ByteString> receive() throws InterruptedException {
        Optional<ByteString> next = receiveAndKeep();
        next.ifPresent(message -> release(message.size()));
        return next;
    }

    /** Waits for the next message as {@link #receive} does; the other side may send as much more only after {@link #release}. */
    public Optional<ByteString> receiveAndKeep() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!incoming.hasNext() && closed == null) {
                changed.await();
            }
            Optional<ByteString> next = incoming.next();
            if (next.isEmpty() && closed != null) {
                throw closed;
            }
            return next;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Lets the other side send as much more as a message was that {@link #receiveAndKeep} has returned. To be called once for each.
     *
     * @param length the bytes of the message
     */
    public void release(int length) {
        lock.lock();
        try {
            if (closed == null) {
                incoming.release(length + MESSAGE_COST);
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Ends the stream in both directions; does nothing if it has ended.
     *
     * @param reason a stable word in lower case
     * @param detail a text for people; may be empty
     */
    public void close(String reason, String detail) {
        lock.lock();
        try {
            if (finish(new StreamClosed(reason, detail))) {
                transport.accept(StreamFrame.newBuilder()
                        .setClose(StreamClose.newBuilder()
                                .setReason(reason)
                                .setDetail(PlainText.truncate(detail, MAX_DETAIL)))
                        .build());
                completion.run();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Ends the stream in both directions, as nothing failed. */
    @Override
    public void close() {
        close(StreamClosed.DONE, "");
    }

    /**
     * Has this run once the stream has ended; at once if it has. Replaces what was to run before.
     *
     * @param action must not block
     */
    public void whenClosed(Runnable action) {
        lock.lock();
        try {
            if (closed == null) {
                afterwards = action;
            } else {
                action.run();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Returns how the stream has ended; empty while it has not. */
    public Optional<StreamClosed> closed() {
        lock.lock();
        try {
            return Optional.ofNullable(closed);
        } finally {
            lock.unlock();
        }
    }

    /** Takes a frame of the other side. A frame that breaks the rules of the stream ends it. */
    public void take(StreamFrame frame) {
        lock.lock();
        try {
            if (closed != null) {
                return;
            }
            switch (frame.getFrameCase()) {
                case MESSAGE -> incoming.take(frame.getMessage());
                case CREDIT -> outgoing.takeCredit(Integer.toUnsignedLong(frame.getCredit()));
                case END -> incoming.takeEnd();
                case CLOSE -> takeClose(frame.getClose());
                // A later peer may send frames that this one does not know.
                case FRAME_NOT_SET -> {}
            }
            changed.signalAll();
        } catch (MalformedMessage e) {
            close("malformed", String.valueOf(e.getMessage()));
        } finally {
            lock.unlock();
        }
    }

    /** Notes that the connection has ended. */
    public void lost(String detail) {
        lock.lock();
        try {
            if (finish(new StreamClosed(StreamClosed.LOST, detail))) {
                completion.run();
            }
        } finally {
            lock.unlock();
        }
    }

    private void takeClose(StreamClose close) {
        finish(new StreamClosed(
                Field.text("reason", close.getReason(), MAX_REASON),
                Field.text("detail", close.getDetail(), MAX_DETAIL)));
        completion.run();
    }

    /** Returns whether it had not ended before. */
    private boolean finish(StreamClosed how) {
        if (closed != null) {
            return false;
        }
        closed = how;
        changed.signalAll();
        afterwards.run();
        return true;
    }

    static long cost(ByteString message) {
        return message.size() + MESSAGE_COST;
    }
}
