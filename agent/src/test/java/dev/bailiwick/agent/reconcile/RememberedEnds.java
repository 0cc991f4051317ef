package dev.bailiwick.agent.reconcile;

import dev.bailiwick.jail.JailId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** {@link LastEnds} in memory, as the text of their files: the disk of a simulated host, which can be full. */
final class RememberedEnds implements LastEnds {

    private final Map<JailId, byte[]> ends = new ConcurrentHashMap<>();
    private volatile boolean isFull;
    private final AtomicInteger writes = new AtomicInteger();

    void fill() {
        isFull = true;
    }

    int count() {
        return ends.size();
    }

    /** Returns how many times anything was written or removed. */
    int writes() {
        return writes.get();
    }

    @Override
    public Optional<LastEnd> find(JailId jail) {
        return Optional.ofNullable(ends.get(jail)).flatMap(LastEndText::parse);
    }

    @Override
    public void put(JailId jail, LastEnd end) {
        if (isFull) {
            throw new UncheckedIOException(new IOException("No space left on device"));
        }
        writes.incrementAndGet();
        ends.put(jail, LastEndText.of(end));
    }

    @Override
    public void remove(JailId jail) {
        if (ends.remove(jail) != null) {
            writes.incrementAndGet();
        }
    }

    @Override
    public void removeAllBut(Set<JailId> jails) {
        ends.keySet().retainAll(jails);
    }
}
