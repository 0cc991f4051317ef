package dev.bailiwick.server.notification;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.notification.Notification.FiguresStored;
import dev.bailiwick.server.notification.Notification.HostChanged;
import dev.bailiwick.server.notification.Notification.HostSeen;
import dev.bailiwick.server.notification.Notification.JailChanged;
import dev.bailiwick.server.notification.Notification.JailReported;
import dev.bailiwick.server.notification.Notification.Missed;
import dev.bailiwick.server.notification.Notification.PoolsChanged;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.springframework.stereotype.Component;

/**
 * Passes the database's notifications to listeners in this process. Listeners are called one after another on the notification
 * thread, or on the thread that has just committed, so they must neither block nor throw: they set something and return.
 */
@Component
public class Notifications {

    private final Set<Listener> everyone = ConcurrentHashMap.newKeySet();
    private final ConcurrentHashMap<Object, Set<Listener>> byKey = new ConcurrentHashMap<>();
    private final Set<Consumer<HostCallNotice>> calls = ConcurrentHashMap.newKeySet();
    private volatile boolean connected;

    /**
     * Whether the database's notifications are received: listeners then get each change that is committed from now on, or {@link
     * Missed}.
     */
    public boolean isConnected() {
        return connected;
    }

    /** Records that notifications are received again; earlier ones were missed. */
    void connected() {
        publish(new Missed());
        connected = true;
    }

    /** Records that the connection for notifications is lost. */
    void disconnected() {
        connected = false;
    }

    /** Calls {@code listener} with every notification. */
    public Subscription onAny(Consumer<Notification> listener) {
        Listener entry = new Listener(listener);
        everyone.add(entry);
        return () -> everyone.remove(entry);
    }

    /** Calls {@code listener} with every notice about a question to a host. */
    public Subscription onHostCalls(Consumer<HostCallNotice> listener) {
        calls.add(listener);
        return () -> calls.remove(listener);
    }

    void publish(HostCallNotice notice) {
        calls.forEach(listener -> listener.accept(notice));
    }

    /** Calls {@code wake} when the host's desired state may have changed. */
    public Subscription onHostChanged(HostId host, Runnable wake) {
        return on(host, _ -> wake.run());
    }

    /**
     * Calls {@code wake} with the current revision of the host's desired state, and {@code missed} when notifications may have been
     * missed.
     */
    public Subscription onHostChanged(HostId host, LongConsumer wake, Runnable missed) {
        return on(host, notification -> {
            if (notification instanceof HostChanged changed) {
                wake.accept(changed.revision());
            } else {
                missed.run();
            }
        });
    }

    /** Calls {@code wake} when the host may have reported a new status of the jail, or the jail may no longer exist. */
    public Subscription onReport(JailId jail, Runnable wake) {
        return on(jail, _ -> wake.run());
    }

    /**
     * Notifies the listeners for this host or jail in this process, before the database notifies all replicas. To be called after
     * the commit.
     */
    public void publishLocally(Notification notification) {
        switch (notification) {
            case HostChanged(HostId host, long _) -> wake(host, notification);
            case JailReported(JailId jail) -> wake(jail, notification);
            case PoolsChanged _ ->
                byKey.keySet().forEach(key -> {
                    if (key instanceof HostId host) {
                        wake(host, new HostChanged(host, HostChanged.ANY));
                    }
                });
            case HostSeen _, JailChanged _, FiguresStored _ -> {}
            case Missed _ ->
                byKey.values().forEach(listeners -> listeners.forEach(l -> l.consumer.accept(notification)));
        }
    }

    void publish(Notification notification) {
        publishLocally(notification);
        everyone.forEach(l -> l.consumer.accept(notification));
    }

    private Subscription on(Object key, Consumer<Notification> consumer) {
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

    private void wake(Object key, Notification notification) {
        Set<Listener> listeners = byKey.get(key);
        if (listeners != null) {
            listeners.forEach(l -> l.consumer.accept(notification));
        }
    }

    /** A subscription, which ends with {@link #close}; a notification that is being delivered may still arrive. */
    public interface Subscription extends AutoCloseable {
        @Override
        void close();
    }

    /** A class with identity: two subscriptions of the same consumer are different. */
    private static final class Listener {
        private final Consumer<Notification> consumer;

        Listener(Consumer<Notification> consumer) {
            this.consumer = consumer;
        }
    }
}
