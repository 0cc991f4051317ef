package dev.bailiwick.agent.figure;

import dev.bailiwick.agent.kernel.JailMetrics;
import dev.bailiwick.agent.kernel.JailMetrics.Run;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.figure.JailFigures;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/** The samples of all jails in the current slot. Confined to one thread. */
final class OpenSlots implements JailMetrics.Reader {

    /** Bounds the memory that the end of a slot takes. */
    static final int MAX_ROWS = 1_000;

    private final long sinceMillis;
    private final Map<UUID, OpenSlot> runs = new HashMap<>();

    /** @param since the time from which this host collects figures: what jails did before is not counted */
    OpenSlots(Instant since) {
        this.sinceMillis = since.toEpochMilli();
    }

    @Override
    public void read(JailId jail, Run run, long[] values) {
        OpenSlot slot = runs.get(run.id());
        if (slot == null) {
            slot = new OpenSlot(jail, run, run.beganAtMillis() >= sinceMillis);
            runs.put(run.id(), slot);
        }
        slot.add(values);
    }

    /**
     * Hands over the figures of the slot that ends, and begins the next one. A run without samples in the slot has ended.
     *
     * @param to gets at most {@link #MAX_ROWS} figures at a time
     */
    void close(Instant slot, Consumer<List<JailFigures>> to) {
        List<JailFigures> closed = new ArrayList<>();
        runs.values().removeIf(run -> {
            Optional<JailFigures> figures = run.close(slot);
            figures.ifPresent(closed::add);
            if (closed.size() == MAX_ROWS) {
                to.accept(List.copyOf(closed));
                closed.clear();
            }
            return figures.isEmpty();
        });
        if (!closed.isEmpty()) {
            to.accept(closed);
        }
    }
}
