package dev.bailiwick.server.link;

import dev.bailiwick.protocol.v1.ServerMessage;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The messages to one agent, from any thread. A sender of many messages waits while the agent reads slowly, so that at most one
 * buffer of the connection is in memory.
 */
final class Outbound implements Downstream {

    private static final long MAX_UNREAD_BYTES = 512 << 10;

    private final ServerCallStreamObserver<ServerMessage> call;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean over;
    /** Bytes of single messages since the stream last accepted everything. */
    private long unread;

    Outbound(ServerCallStreamObserver<ServerMessage> call) {
        this.call = call;
        call.setOnReadyHandler(this::wake);
    }

    private void wake() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Sends a single message without waiting; drops it if the stream has ended.
     *
     * @return false if the agent has more than half a mebibyte unread: answers to an agent that asks but does not read would fill
     *     the memory
     */
    @Override
    public boolean send(ServerMessage message) {
        lock.lock();
        try {
            unread = call.isReady() ? 0 : unread + message.getSerializedSize();
            if (over) {
                return true;
            }
            if (unread > MAX_UNREAD_BYTES) {
                return false;
            }
            call.onNext(message);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Sends a single message without waiting, unless the agent has so much unread that it would be more than a quarter of a mebibyte with
     * it. A refused message does not count as unread.
     *
     * @return whether it was sent, or the stream has ended
     */
    boolean offer(ServerMessage message) {
        lock.lock();
        try {
            return offerNow(message);
        } finally {
            lock.unlock();
        }
    }

    /** As {@link #offer(ServerMessage)}, but waits for up to this time until the agent has read more. */
    boolean offer(ServerMessage message, Duration patience) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = patience.toNanos();
            boolean isSent = offerNow(message);
            while (!isSent && left > 0) {
                left = changed.awaitNanos(left);
                isSent = offerNow(message);
            }
            return isSent;
        } finally {
            lock.unlock();
        }
    }

    private boolean offerNow(ServerMessage message) {
        long with = call.isReady() ? 0 : unread + message.getSerializedSize();
        if (!over && with > MAX_UNREAD_BYTES / 2) {
            return false;
        }
        unread = with;
        if (!over) {
            call.onNext(message);
        }
        return true;
    }

    /**
     * Sends one of many messages; waits until the stream accepts more.
     *
     * @return false if the stream has ended
     */
    @Override
    public boolean sendWhenReady(ServerMessage message) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!over && !call.isReady()) {
                changed.await();
            }
            if (!over) {
                call.onNext(message);
            }
            return !over;
        } finally {
            lock.unlock();
        }
    }

    /** Ends the stream with this status; does nothing if it has ended. */
    void end(Status status) {
        lock.lock();
        try {
            if (!over) {
                over = true;
                changed.signalAll();
                call.onError(status.asRuntimeException());
            }
        } finally {
            lock.unlock();
        }
    }

    /** Handles that the agent has ended the stream. */
    void ended() {
        lock.lock();
        try {
            over = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
