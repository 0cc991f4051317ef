package dev.bailiwick.agent.figure;

import dev.bailiwick.agent.kernel.JailMetrics;
import dev.bailiwick.agent.kernel.JailMetrics.Run;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.figure.JailFigures;
import dev.bailiwick.jail.figure.Metric;
import dev.bailiwick.protocol.FigureWire;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/** The samples of all jails and of the host in the current slot. Thread-safe. */
final class OpenSlots implements JailMetrics.Reader {

    /** Bounds the memory that the end of a slot takes. */
    static final int MAX_ROWS = 1_000;

    private final long sinceMillis;
    private final HostSlot host;
    private final Map<UUID, OpenSlot> runs = new HashMap<>();
    private long round;

    /**
     * @param since the time from which this host collects figures: what jails did before is not counted
     * @param began the time from which this agent does
     */
    OpenSlots(Instant since, Instant began) {
        this.sinceMillis = since.toEpochMilli();
        this.host = new HostSlot(began);
    }

    /** Takes a sample of all jails, and of the host. */
    synchronized void sample(JailMetrics kernel) {
        round++;
        kernel.sample(this);
        host.end(kernel);
    }

    /** Returns what the last sample measured. */
    synchronized LatestFigures latest() {
        Map<JailId, Map<Metric, Long>> jails = new HashMap<>();
        runs.values().stream()
                .filter(run -> run.isOf(round))
                .forEach(run -> run.putLatest(jails.computeIfAbsent(run.jail(), _ -> new EnumMap<>(Metric.class))));
        return new LatestFigures(jails, host.latest());
    }

    /** Adds a sample that an earlier agent took. The sums of the host lack it: they begin with this agent. */
    synchronized void restore(Instant at, JailId jail, Run run, long[] values) {
        read(jail, run, values, new HostSlot(at));
    }

    @Override
    public void read(JailId jail, Run run, long[] values) {
        read(jail, run, values, host);
    }

    private void read(JailId jail, Run run, long[] values, HostSlot sums) {
        OpenSlot slot = runs.get(run.id());
        if (slot == null) {
            slot = new OpenSlot(jail, run, run.beganAtMillis() >= sinceMillis);
            runs.put(run.id(), slot);
        }
        slot.add(values, sums, round);
    }

    /**
     * Hands over the figures of the slot that ends, and begins the next one. A run without samples in the slot has ended.
     *
     * @param to gets the messages of at most {@link #MAX_ROWS} figures of jails at a time, and of one of the host
     */
    synchronized void close(Instant slot, Consumer<List<dev.bailiwick.protocol.v1.JailFigures>> to) {
        List<dev.bailiwick.protocol.v1.JailFigures> closed = new ArrayList<>();
        runs.values().removeIf(run -> {
            Optional<JailFigures> figures = run.close(slot);
            figures.map(FigureWire::toWire).ifPresent(closed::add);
            if (closed.size() == MAX_ROWS) {
                to.accept(List.copyOf(closed));
                closed.clear();
            }
            return figures.isEmpty();
        });
        host.close(slot).map(FigureWire::toWire).ifPresent(closed::add);
        if (!closed.isEmpty()) {
            to.accept(closed);
        }
    }
}
