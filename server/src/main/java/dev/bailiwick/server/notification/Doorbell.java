package dev.bailiwick.server.notification;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.notification.Ring.HostChanged;
import dev.bailiwick.server.notification.Ring.HostSeen;
import dev.bailiwick.server.notification.Ring.JailChanged;
import dev.bailiwick.server.notification.Ring.JailReported;
import dev.bailiwick.server.notification.Ring.Missed;
import dev.bailiwick.server.notification.Ring.PoolsChanged;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.springframework.stereotype.Component;

/**
 * Hands the database's notifications to whoever waits for them, in this process. Listeners are called one after another on the
 * listening thread, or on the thread that has just committed, so they must not block nor throw: they set something and return.
 */
@Component
public class Doorbell {

    private final Set<Listener> everyone = ConcurrentHashMap.newKeySet();
    private final ConcurrentHashMap<Object, Set<Listener>> byKey = new ConcurrentHashMap<>();
    private final Set<Consumer<HostCallNotice>> calls = ConcurrentHashMap.newKeySet();
    private volatile boolean heard;

    /** Whether the database is listened to: a change that is committed from now on rings, or {@link Missed} does. */
    public boolean isHeard() {
        return heard;
    }

    /** The database is listened to again; what rang before was missed. */
    void heardAgain() {
        ring(new Missed());
        heard = true;
    }

    /** The connection that rings is gone. */
    void unheard() {
        heard = false;
    }

    /** Calls {@code listener} with every ring. */
    public Subscription onAny(Consumer<Ring> listener) {
        Listener entry = new Listener(listener);
        everyone.add(entry);
        return () -> everyone.remove(entry);
    }

    /** Calls {@code listener} with every notice about a question to a host. */
    public Subscription onHostCalls(Consumer<HostCallNotice> listener) {
        calls.add(listener);
        return () -> calls.remove(listener);
    }

    void ring(HostCallNotice notice) {
        calls.forEach(listener -> listener.accept(notice));
    }

    /** Calls {@code wake} when the host's desired state may have changed. */
    public Subscription onHostChanged(HostId host, Runnable wake) {
        return on(host, _ -> wake.run());
    }

    /** Calls {@code wake} with the revision that the host's desired state has now, and {@code missed} when rings may have been missed. */
    public Subscription onHostChanged(HostId host, LongConsumer wake, Runnable missed) {
        return on(host, ring -> {
            if (ring instanceof HostChanged changed) {
                wake.accept(changed.revision());
            } else {
                missed.run();
            }
        });
    }

    /** Calls {@code wake} when the host may have said something new of the jail, or the jail may be gone. */
    public Subscription onReport(JailId jail, Runnable wake) {
        return on(jail, _ -> wake.run());
    }

    /**
     * Rings, before the database does so everywhere, for who waits for this very host or jail in this process. To be called once
     * what it is about is committed.
     */
    public void ringHere(Ring ring) {
        switch (ring) {
            case HostChanged(HostId host, long _) -> wake(host, ring);
            case JailReported(JailId jail) -> wake(jail, ring);
            case PoolsChanged _ ->
                byKey.keySet().forEach(key -> {
                    if (key instanceof HostId host) {
                        wake(host, new HostChanged(host, HostChanged.ANY));
                    }
                });
            case HostSeen _, JailChanged _ -> {}
            case Missed _ -> byKey.values().forEach(listeners -> listeners.forEach(l -> l.consumer.accept(ring)));
        }
    }

    void ring(Ring ring) {
        ringHere(ring);
        everyone.forEach(l -> l.consumer.accept(ring));
    }

    private Subscription on(Object key, Consumer<Ring> consumer) {
        Listener entry = new Listener(consumer);
        byKey.compute(key, (_, listeners) -> {
            Set<Listener> some = listeners == null ? ConcurrentHashMap.newKeySet() : listeners;
            some.add(entry);
            return some;
        });
        return () -> byKey.computeIfPresent(key, (_, listeners) -> {
            listeners.remove(entry);
            return listeners.isEmpty() ? null : listeners;
        });
    }

    private void wake(Object key, Ring ring) {
        Set<Listener> listeners = byKey.get(key);
        if (listeners != null) {
            listeners.forEach(l -> l.consumer.accept(ring));
        }
    }

    /** Ends with {@link #close}; a ring already on its way may still arrive. */
    public interface Subscription extends AutoCloseable {
        @Override
        void close();
    }

    /** Two subscriptions of the same consumer are two. */
    private static final class Listener {
        private final Consumer<Ring> consumer;

        Listener(Consumer<Ring> consumer) {
            this.consumer = consumer;
        }
    }
}
