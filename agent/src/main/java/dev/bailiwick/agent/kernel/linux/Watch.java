package dev.bailiwick.agent.kernel.linux;

import static dev.bailiwick.agent.kernel.linux.Constants.EPOLLIN;
import static dev.bailiwick.agent.kernel.linux.Constants.EPOLL_CLOEXEC;
import static dev.bailiwick.agent.kernel.linux.Constants.EPOLL_CTL_ADD;
import static dev.bailiwick.agent.kernel.linux.Constants.EPOLL_CTL_DEL;

import com.sun.jna.Pointer;
import dev.bailiwick.jail.syscall.Architecture;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One thread and one epoll(7) for all jails: their inits' ends and their consoles. What it calls must not block.
 */
final class Watch implements AutoCloseable {

    private static final int MOST_EVENTS = 64;
    private static final long FOREVER = -1;
    /** {@code struct epoll_event} is packed on x86-64 alone. */
    private static final boolean PACKED = Architecture.host() == Architecture.X86_64;

    private static final int EVENT_BYTES = PACKED ? 12 : 16;
    private static final int DATA_OFFSET = PACKED ? 4 : 8;
    private static final long CLOSING = 0;

    private final Descriptor epoll = new Descriptor((int) Linux.call(SystemCall.EPOLL_CREATE1, "watch", EPOLL_CLOEXEC));
    private final Descriptor closing = new Descriptor((int) Linux.call(SystemCall.EVENTFD2, "watch", 0, EPOLL_CLOEXEC));
    private final Map<Long, Runnable> callbacks = new ConcurrentHashMap<>();
    private final AtomicLong lastKey = new AtomicLong(CLOSING);
    private final Thread thread = new Thread(this::run, "jail-watch");

    Watch() {
        add(closing, CLOSING);
        thread.setDaemon(true);
        thread.start();
    }

    /** Calls back, again and again, while the descriptor is readable; returns the key to {@link #forget} it with. */
    long whenReadable(Descriptor descriptor, Runnable callback) {
        long key = lastKey.incrementAndGet();
        callbacks.put(key, callback);
        add(descriptor, key);
        return key;
    }

    /** To be called before the descriptor is closed. */
    void forget(Descriptor descriptor, long key) {
        callbacks.remove(key);
        Linux.call(SystemCall.EPOLL_CTL, "watch", epoll.number(), EPOLL_CTL_DEL, descriptor.number(), 0);
    }

    private void add(Descriptor descriptor, long key) {
        try (Arena arena = new Arena()) {
            Pointer event = arena.bytes(EVENT_BYTES);
            event.setInt(0, EPOLLIN);
            event.setLong(DATA_OFFSET, key);
            Linux.call(
                    SystemCall.EPOLL_CTL,
                    "watch",
                    epoll.number(),
                    EPOLL_CTL_ADD,
                    descriptor.number(),
                    Arena.address(event));
        }
    }

    private void run() {
        try (Arena arena = new Arena()) {
            Pointer events = arena.bytes((long) MOST_EVENTS * EVENT_BYTES);
            while (true) {
                long count = Linux.raw(
                        SystemCall.EPOLL_PWAIT, epoll.number(), Arena.address(events), MOST_EVENTS, FOREVER, 0, 0);
                if (count == -Errno.EINTR) {
                    continue;
                }
                Linux.checked("epoll_pwait", "watch", count);
                for (int i = 0; i < count; i++) {
                    long key = events.getLong((long) i * EVENT_BYTES + DATA_OFFSET);
                    if (key == CLOSING) {
                        return;
                    }
                    Runnable callback = callbacks.get(key);
                    if (callback != null) {
                        callback.run();
                    }
                }
            }
        }
    }

    @Override
    public void close() {
        try (Arena arena = new Arena()) {
            Pointer one = arena.bytes(8);
            one.setLong(0, 1);
            Linux.call(SystemCall.WRITE, "watch", closing.number(), Arena.address(one), 8);
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        epoll.close();
        closing.close();
    }
}
