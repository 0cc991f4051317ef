package dev.bailiwick.agent.recording;

import dev.bailiwick.agent.recording.Recording.Begin;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.concurrent.Signal;
import dev.bailiwick.jail.question.HostAnswer.LogPart;
import dev.bailiwick.jail.question.LogRead;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/** The logs of the jails of a host: each is a directory with the id of its jail. */
public final class Logs {

    /** Searches take the processors and the disk of all jails. */
    private static final int READERS = 2;

    /** A search that waits for lines begins again at most so often. */
    private static final Duration SEARCH_PAUSE = Duration.ofMillis(50);

    private final Path directory;
    private final long maxBytes;
    private final Clock clock;
    private final TimeIndexes times = new TimeIndexes();
    private final Semaphore readers = new Semaphore(READERS, true);
    private final Map<JailId, Set<Signal>> waiting = new ConcurrentHashMap<>();

    /** What the logs of jails may take by their own limits. A jail without one has {@link #maxBytes}, until its definition is known. */
    private final Map<JailId, Long> limits = new ConcurrentHashMap<>();

    private final Map<JailId, Recording> recordings = new ConcurrentHashMap<>();

    /** @param maxBytes what the log of each jail may take on the disk, whatever its own limit is */
    public Logs(Path directory, long maxBytes, Clock clock) {
        this.directory = directory;
        this.maxBytes = maxBytes;
        this.clock = clock;
    }

    /** Opens the log of a jail for more output. Only one object may write to it at a time. */
    public Recording open(JailId jail, Begin begin) {
        Recording recording = new Recording(
                of(jail), () -> bound(jail), begin, clock, () -> tell(jail), closed -> recordings.remove(jail, closed));
        recordings.put(jail, recording);
        return recording;
    }

    /**
     * Sets what the log of a jail may take on the disk. May be called by any thread.
     *
     * @return whether the log may be too large now, so that it has to be {@link #trim}med
     */
    public boolean limit(JailId jail, long bytes) {
        Long before = limits.put(jail, bytes);
        return before == null || Math.min(bytes, maxBytes) < before;
    }

    private long bound(JailId jail) {
        return Math.min(maxBytes, limits.getOrDefault(jail, maxBytes));
    }

    /**
     * Deletes what of the log of a jail is beyond its limit, the oldest first. To be called by the thread that writes logs.
     *
     * @throws UncheckedIOException if the log cannot be written
     */
    public void trim(JailId jail) {
        Recording recording = recordings.get(jail);
        try {
            if (recording == null) {
                LogTrim.trim(of(jail), bound(jail));
            } else {
                recording.trim();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void tell(JailId jail) {
        Set<Signal> readersOfJail = waiting.get(jail);
        if (readersOfJail != null) {
            readersOfJail.forEach(Signal::raise);
        }
    }

    /**
     * Reads a part of a log; an empty one at 0 if there is no log. Waits for output if there is none, as the read says. May be called by
     * several threads.
     *
     * @throws UncheckedIOException if the log cannot be read
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    public LogPart read(LogRead read) throws InterruptedException {
        if (read.patience().isZero()) {
            return readNow(read);
        }
        Signal news = new Signal();
        // Before it is read, so that no output is missed.
        waiting.compute(read.jail(), (_, others) -> {
            Set<Signal> all = others == null ? ConcurrentHashMap.newKeySet() : others;
            all.add(news);
            return all;
        });
        try {
            long deadline = System.nanoTime() + read.patience().toNanos();
            LogPart part = readNow(read);
            while (part.atEnd() && part.entries().isEmpty()) {
                if (!news.await(Duration.ofNanos(deadline - System.nanoTime()))) {
                    return part;
                }
                if (read.containing().isPresent()) {
                    // What was written did not match; the jail may write such lines all the time.
                    Thread.sleep(SEARCH_PAUSE);
                }
                part = readNow(read.after(part));
            }
            return part;
        } finally {
            waiting.computeIfPresent(read.jail(), (_, others) -> {
                others.remove(news);
                return others.isEmpty() ? null : others;
            });
        }
    }

    private LogPart readNow(LogRead read) throws InterruptedException {
        readers.acquire();
        try {
            LogPart part = LogReader.read(of(read.jail()), read, times);
            return limits.containsKey(read.jail()) ? part.within(bound(read.jail())) : part;
        } finally {
            readers.release();
        }
    }

    /** Deletes the log of a jail; nothing may write to it. */
    public void delete(JailId jail) {
        limits.remove(jail);
        Segment.deleteAll(of(jail));
    }

    private Path of(JailId jail) {
        return directory.resolve(jail.toString());
    }
}
