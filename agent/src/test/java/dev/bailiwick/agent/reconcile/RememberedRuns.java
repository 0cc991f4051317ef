package dev.bailiwick.agent.reconcile;

import dev.bailiwick.agent.reconcile.plan.EndedRun;
import dev.bailiwick.jail.JailId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** {@link EndedRuns} in memory: the disk of a simulated host, which can be full. */
final class RememberedRuns implements EndedRuns {

    private final Map<JailId, EndedRun> runs = new ConcurrentHashMap<>();
    private volatile boolean isFull;

    void fill() {
        isFull = true;
    }

    void empty() {
        isFull = false;
    }

    int count() {
        return runs.size();
    }

    @Override
    public Optional<EndedRun> find(JailId jail) {
        return Optional.ofNullable(runs.get(jail));
    }

    @Override
    public void put(JailId jail, EndedRun run) {
        if (isFull) {
            throw new UncheckedIOException(new IOException("No space left on device"));
        }
        runs.put(jail, run);
    }

    @Override
    public void remove(JailId jail) {
        runs.remove(jail);
    }
}
