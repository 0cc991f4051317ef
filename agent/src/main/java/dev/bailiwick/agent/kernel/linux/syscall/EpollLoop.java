package dev.bailiwick.agent.kernel.linux.syscall;

import static dev.bailiwick.agent.kernel.linux.syscall.Constants.EPOLLIN;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.EPOLL_CLOEXEC;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.EPOLL_CTL_ADD;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.EPOLL_CTL_DEL;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.EPOLL_CTL_MOD;

import com.sun.jna.Pointer;
import dev.bailiwick.jail.syscall.Architecture;
import java.util.Comparator;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One thread and one epoll(7) for many descriptors. A slow callback delays all others. */
public final class EpollLoop implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(EpollLoop.class);

    private static final int MAX_EVENTS = 64;
    private static final long FOREVER = -1;
    /** {@code struct epoll_event} is packed only on x86-64. */
    private static final boolean PACKED = Architecture.host() == Architecture.X86_64;

    /** The size of the counter of an eventfd(2). */
    private static final int COUNTER_BYTES = 8;

    private static final int EVENT_BYTES = PACKED ? 12 : 16;
    private static final int DATA_OFFSET = PACKED ? 4 : 8;
    private static final long WOKEN = 0;

    private final Descriptor epoll = new Descriptor((int) Linux.call(SystemCall.EPOLL_CREATE1, "epoll", EPOLL_CLOEXEC));
    private final Descriptor wake = new Descriptor((int) Linux.call(SystemCall.EVENTFD2, "epoll", 0, EPOLL_CLOEXEC));
    private final NativeMemory operands = new NativeMemory();
    /** A {@code struct epoll_event}, used by the thread that holds its lock. */
    private final Pointer event = operands.bytes(EVENT_BYTES);

    private final Map<Long, Registration> watched = new ConcurrentHashMap<>();
    /** Ordered by end of rest; only the loop's thread uses it. */
    private final PriorityQueue<Pause> resting = new PriorityQueue<>(Comparator.comparingLong(Pause::untilNanos));

    private final AtomicLong lastKey = new AtomicLong(WOKEN);
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final Thread thread;
    private volatile boolean closed;
    /** Guarded by this. */
    private boolean released;

    /** Reads available data. */
    public interface Reader {

        /**
         * Reads from the descriptor. Returns for how many nanoseconds to ignore the descriptor although it has more data; 0 to continue
         * at once.
         */
        long read();
    }

    private record Registration(Descriptor descriptor, Reader reader) {}

    private record Pause(long key, long untilNanos) {}

    /** @param name the name of the loop's thread; the kernel shows at most 15 characters */
    public EpollLoop(String name) {
        control(EPOLL_CTL_ADD, wake, WOKEN, EPOLLIN);
        this.thread = Thread.ofPlatform().name(name).daemon().start(this::run);
    }

    /** Calls the reader whenever the descriptor is readable; returns the key for {@link #forget}. */
    public long whenReadable(Descriptor descriptor, Reader reader) {
        long key = lastKey.incrementAndGet();
        watched.put(key, new Registration(descriptor, reader));
        control(EPOLL_CTL_ADD, descriptor, key, EPOLLIN);
        return key;
    }

    /** Runs a task on the loop's thread soon; returns at once. The task has run before {@link #close} returns. */
    public void execute(Runnable task) {
        tasks.add(task);
        wake();
    }

    /**
     * Stops watching. Must be called before the descriptor is closed. The reader's resources must stay valid until the loop is closed,
     * because the reader may be running at this moment.
     */
    public synchronized void forget(long key) {
        Registration was = watched.remove(key);
        if (was != null && !released) {
            control(EPOLL_CTL_DEL, was.descriptor, key, 0);
        }
    }

    /** Synchronized with {@link #forget}: afterwards the number may belong to another descriptor. */
    private synchronized void listenTo(long key, int events) {
        Registration one = watched.get(key);
        if (one != null) {
            control(EPOLL_CTL_MOD, one.descriptor, key, events);
        }
    }

    private void control(int operation, Descriptor descriptor, long key, int events) {
        synchronized (event) {
            event.setInt(0, events);
            event.setLong(DATA_OFFSET, key);
            Linux.call(
                    SystemCall.EPOLL_CTL,
                    "epoll",
                    epoll.number(),
                    operation,
                    descriptor.number(),
                    NativeMemory.address(event));
        }
    }

    private void run() {
        try (NativeMemory memory = new NativeMemory()) {
            Pointer events = memory.bytes((long) MAX_EVENTS * EVENT_BYTES);
            Pointer counter = memory.bytes(COUNTER_BYTES);
            while (true) {
                long count = Linux.raw(
                        SystemCall.EPOLL_PWAIT,
                        epoll.number(),
                        NativeMemory.address(events),
                        MAX_EVENTS,
                        patienceMillis(),
                        0,
                        0);
                if (count == -Errno.EINTR) {
                    continue;
                }
                Linux.check("epoll_pwait", "epoll", count);
                wakeRested();
                for (int i = 0; i < count; i++) {
                    long key = events.getLong((long) i * EVENT_BYTES + DATA_OFFSET);
                    if (key == WOKEN) {
                        Linux.raw(SystemCall.READ, wake.number(), NativeMemory.address(counter), COUNTER_BYTES);
                    }
                    Registration one = watched.get(key);
                    if (one != null) {
                        read(key, one);
                    }
                }
                runTasks();
                if (closed) {
                    return;
                }
            }
        }
    }

    private void runTasks() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            try {
                task.run();
            } catch (RuntimeException e) {
                // A failed task must not prevent the tasks of other jails.
                log.error("a task of {} failed", thread.getName(), e);
            }
        }
    }

    private void read(long key, Registration one) {
        try {
            long rest = one.reader.read();
            if (rest > 0) {
                listenTo(key, 0);
                resting.add(new Pause(key, System.nanoTime() + rest));
            }
        } catch (RuntimeException e) {
            // A failed reader must not stop the loop: it also watches the other jails.
            log.error("a jail's descriptor cannot be read, and is no longer watched", e);
            forget(key);
        }
    }

    private void wakeRested() {
        long now = System.nanoTime();
        while (!resting.isEmpty() && resting.peek().untilNanos - now <= 0) {
            listenTo(resting.remove().key, EPOLLIN);
        }
    }

    /** Returns the time until the first rest ends. */
    private long patienceMillis() {
        if (resting.isEmpty()) {
            return FOREVER;
        }
        long nanos = resting.peek().untilNanos - System.nanoTime();
        return Math.max(0, TimeUnit.NANOSECONDS.toMillis(nanos) + 1);
    }

    private void wake() {
        try (NativeMemory memory = new NativeMemory()) {
            Pointer one = memory.bytes(COUNTER_BYTES);
            one.setLong(0, 1);
            Linux.call(SystemCall.WRITE, "epoll", wake.number(), NativeMemory.address(one), COUNTER_BYTES);
        }
    }

    @Override
    public void close() {
        closed = true;
        wake();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (this) {
            released = true;
            epoll.close();
            wake.close();
            operands.close();
        }
    }
}
