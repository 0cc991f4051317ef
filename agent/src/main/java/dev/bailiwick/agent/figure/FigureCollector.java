package dev.bailiwick.agent.figure;

import dev.bailiwick.agent.kernel.JailMetrics;
import dev.bailiwick.agent.link.KeptFigures;
import dev.bailiwick.jail.figure.JailFigures;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the metrics of all jails and of the host every ten seconds, and stores their figures at the end of each slot, on a thread of its own. */
public final class FigureCollector implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(FigureCollector.class);

    private static final Duration BETWEEN_SAMPLES = Duration.ofSeconds(10);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    private final JailMetrics kernel;
    private final Clock clock;
    private final FigureFiles files;
    private final OpenSlots slots;
    private final SampleRing ring;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("figures").factory());
    private Instant slot;

    private FigureCollector(JailMetrics kernel, FigureFiles files, SampleRing ring, Clock clock) {
        this.kernel = ring.recording(kernel);
        this.files = files;
        this.ring = ring;
        this.clock = clock;
        this.slots = new OpenSlots(files.since(), clock.instant());
        this.slot = slotOf(clock.instant());
        restore();
    }

    /** Stores the figures of slots that the previous agent could not store, and continues with the current one. */
    private void restore() {
        for (Instant left : ring.left()) {
            if (!left.equals(slot)) {
                ring.read(left, slots::restore);
                close(left);
            }
        }
        ring.begin(slot, slots::restore);
    }

    /**
     * Begins to collect.
     *
     * @param state the directory of the agent's state
     */
    public static FigureCollector start(JailMetrics kernel, Path state, Clock clock) {
        FigureCollector collector = of(kernel, state, FigureFiles.MAX_BYTES, clock);
        long every = BETWEEN_SAMPLES.toMillis();
        var _ = collector.thread.scheduleAtFixedRate(collector::sampleGuarded, every, every, TimeUnit.MILLISECONDS);
        return collector;
    }

    /** Creates a collector that samples only when {@link #sample} is called. */
    static FigureCollector of(JailMetrics kernel, Path state, long maxBytes, Clock clock) {
        return new FigureCollector(
                kernel, FigureFiles.open(state, maxBytes, clock), SampleRing.open(state, SampleRing.MAX_BYTES), clock);
    }

    /** Returns the figures that the server does not have yet. */
    public KeptFigures kept() {
        return files;
    }

    /** Returns what the last sample measured, which is at most ten seconds old. */
    public LatestFigures latest() {
        return slots.latest();
    }

    private void sampleGuarded() {
        try {
            sample();
        } catch (RuntimeException e) {
            // An exception would end the schedule, and with it the figures of all jails.
            log.error("the figures of jails could not be read", e);
        }
    }

    void sample() {
        Instant now = slotOf(clock.instant());
        if (!now.equals(slot)) {
            close(slot);
            slot = now;
            // Nothing is there, unless the host's clock went back.
            ring.begin(slot, (_, _, _, _) -> {});
        }
        slots.sample(kernel);
        ring.end(clock.instant());
    }

    private void close(Instant ended) {
        List<IOException> failures = new ArrayList<>();
        slots.close(ended, closed -> store(closed, failures));
        if (failures.isEmpty()) {
            ring.stored(ended);
        }
    }

    private void store(List<dev.bailiwick.protocol.v1.JailFigures> closed, List<IOException> failures) {
        try {
            files.add(closed);
        } catch (IOException e) {
            failures.add(e);
            log.atWarn()
                    .addKeyValue("cause", e.toString())
                    .log("figures of five minutes could not be stored; later readings include what jails used in them");
        }
    }

    private static Instant slotOf(Instant time) {
        long seconds = JailFigures.SLOT.toSeconds();
        return Instant.ofEpochSecond(Math.floorDiv(time.getEpochSecond(), seconds) * seconds);
    }

    /** Takes a last sample, and stores the figures of the slot that has not ended yet. The next agent continues it. */
    @Override
    public void close() {
        thread.execute(() -> {
            sampleGuarded();
            close(slot);
            ring.close();
        });
        thread.shutdown();
        try {
            if (!thread.awaitTermination(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                log.warn("the last figures of jails could not be stored in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
