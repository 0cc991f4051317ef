package dev.bailiwick.server;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.question.HostAnswer.LogPart;
import dev.bailiwick.jail.question.LogEntry;
import dev.bailiwick.jail.question.LogRead;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** The logs of hosts that do not exist, answered in small parts; waits for output as a host does, and knows no search and no times. */
public final class FakeLogs {

    /** When everything was written. */
    public static final Instant AT = Instant.parse("2026-11-30T12:00:00Z");

    /** What each host says that it keeps of a log. */
    private static final long BOUND = 48 << 20;

    private static final int PART_BYTES = 50;

    private final Map<JailId, ByteArrayOutputStream> logs = new HashMap<>();
    private final Set<JailId> held = new HashSet<>();
    private final Map<JailId, Event> events = new HashMap<>();

    /** Something that happens before the answer to a question for what begins at this byte or later. */
    private record Event(long offset, Runnable what) {}

    public synchronized void write(JailId jail, byte[] output) {
        logs.computeIfAbsent(jail, _ -> new ByteArrayOutputStream()).writeBytes(output);
        notifyAll();
    }

    public void write(JailId jail, String output) {
        write(jail, output.getBytes(StandardCharsets.UTF_8));
    }

    /** Makes the host answer with nothing, and claim that there is more. */
    public synchronized void hold(JailId jail) {
        held.add(jail);
    }

    /** Makes the host {@link #hold} once it is asked for what begins at this byte or later. */
    public void cut(JailId jail, long offset) {
        before(jail, offset, () -> hold(jail));
    }

    /** Has something happen before the host answers a question for what begins at this byte or later. */
    public synchronized void before(JailId jail, long offset, Runnable what) {
        events.put(jail, new Event(offset, what));
    }

    LogPart read(LogRead read) {
        Event event;
        synchronized (this) {
            event = events.get(read.jail());
        }
        if (event != null && read.from().orElse(0) >= event.offset) {
            event.what.run();
        }
        return answer(read);
    }

    private synchronized LogPart answer(LogRead read) {
        if (held.contains(read.jail())) {
            return new LogPart(List.of(), read.from().orElse(0), false);
        }
        long deadline = System.nanoTime() + read.patience().toNanos();
        LogPart part = now(read);
        try {
            while (part.entries().isEmpty() && System.nanoTime() < deadline) {
                wait(TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime()) + 1);
                part = now(read);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return part;
    }

    private LogPart now(LogRead read) {
        ByteArrayOutputStream log = logs.get(read.jail());
        byte[] all = log == null ? new byte[0] : log.toByteArray();
        int from = (int) Math.min(read.from().orElse(0), all.length);
        if (read.tail().isPresent()) {
            from = Math.max(from, tail(all, read.tail().getAsInt()));
        }
        int to = Math.min(all.length, from + PART_BYTES);
        List<LogEntry> entries = new ArrayList<>();
        if (to > from) {
            entries.add(new LogEntry.Output(from, AT, LogEntry.Source.OUTPUT, Arrays.copyOfRange(all, from, to)));
        }
        return new LogPart(entries, to, to == all.length).within(BOUND);
    }

    private static int tail(byte[] all, int lines) {
        int left = lines;
        for (int i = all.length - 1; i > 0; i--) {
            if (all[i - 1] == '\n') {
                left--;
            }
            if (left == 0) {
                return i;
            }
        }
        return 0;
    }
}
