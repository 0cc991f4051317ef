package dev.bailiwick.server.link;

import dev.bailiwick.protocol.v1.ServerMessage;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What goes down one stream, from any thread. Whoever has much to say waits while the agent is slow to read, so that at most
 * one connection's buffer of it is in memory.
 */
final class Outbound implements Downstream {

    private static final long MAX_UNREAD_BYTES = 512 << 10;

    private final ServerCallStreamObserver<ServerMessage> call;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean over;
    /** Bytes of single messages since the stream took all there was. */
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
     * A single message, at once; dropped where the stream is over.
     *
     * @return false if the agent has left more than half a mebibyte unread: answers to one that asks and does not listen would fill the
     *     memory
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
     * One of many messages: waits until the stream takes more.
     *
     * @return false if the stream is over
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

    /** Ends the stream with this status; does nothing where it is over. */
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

    /** The agent has ended the stream; nothing more can be said. */
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
