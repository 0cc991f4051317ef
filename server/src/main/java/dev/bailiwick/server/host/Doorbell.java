package dev.bailiwick.server.host;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.host.Ring.HostChanged;
import dev.bailiwick.server.host.Ring.HostSeen;
import dev.bailiwick.server.host.Ring.JailChanged;
import dev.bailiwick.server.host.Ring.Missed;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.springframework.stereotype.Component;

/**
 * Hands the database's notifications to whoever waits for them, in this process. Listeners are called one after another on the
 * listening thread, so they must not block nor throw: they set something and return.
 */
@Component
public class Doorbell {

    private final Set<Listener> everyone = ConcurrentHashMap.newKeySet();
    private final ConcurrentHashMap<Object, Set<Listener>> byKey = new ConcurrentHashMap<>();

    /** Calls {@code listener} with every ring. */
    public Subscription onAny(Consumer<Ring> listener) {
        Listener entry = new Listener(listener);
        everyone.add(entry);
        return () -> everyone.remove(entry);
    }

    /** Calls {@code wake} when the host's desired state may have changed. */
    public Subscription onHostChanged(HostId host, Runnable wake) {
        return on(host, wake);
    }

    /** Calls {@code wake} when the jail's definition or status may have changed. */
    public Subscription onJail(JailId jail, Runnable wake) {
        return on(jail, wake);
    }

    void ring(Ring ring) {
        switch (ring) {
            case HostChanged(HostId host) -> wake(host, ring);
            case JailChanged(JailId jail) -> wake(jail, ring);
            case HostSeen _ -> {}
            case Missed _ -> byKey.values().forEach(listeners -> listeners.forEach(l -> l.consumer.accept(ring)));
        }
        everyone.forEach(l -> l.consumer.accept(ring));
    }

    private Subscription on(Object key, Runnable wake) {
        Listener entry = new Listener(_ -> wake.run());
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
