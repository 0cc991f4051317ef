package dev.bailiwick.agent.link;

import dev.bailiwick.jail.Denial;
import dev.bailiwick.jail.DenialAnswer;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.protocol.DenialWire;
import dev.bailiwick.protocol.v1.Denials;
import dev.bailiwick.protocol.v1.DenialsTaken;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What jails were refused and the server has yet to count, by the hour. One batch is under way at a time and is sent again,
 * unchanged, on every new stream until the server says that it has taken it; so nothing is counted twice, and nothing is
 * lost but what an agent that ends could not get rid of in time. On the link's thread.
 */
final class DenialLedger {

    private static final int MAX_IN_BATCH = 2_000;
    /** A day without the server of a thousand jails that each are refused two different calls; some ten megabytes. */
    private static final int MAX_WAITING = 50_000;

    /** A jail has so many also where others have used all the room. */
    private static final int SHARE_OF_A_JAIL = 48;

    private final String run = UUID.randomUUID().toString();
    private final Map<Row, Denial> waiting = new LinkedHashMap<>();
    private final Map<JailId, Integer> rows = new HashMap<>();
    /** Jails with rows that were left out since they were sent last. */
    private final Set<JailId> overflown = new HashSet<>();

    private long sequence;
    private @Nullable Denials underWay;
    private boolean sent;

    private record Row(JailId jail, String call, DenialAnswer answer, Instant hour) {

        static Row of(Denial denial) {
            return new Row(
                    denial.jail(),
                    denial.call(),
                    denial.answer(),
                    denial.lastSeen().truncatedTo(ChronoUnit.HOURS));
        }
    }

    void add(List<Denial> denials) {
        for (Denial denial : denials) {
            Row row = Row.of(denial);
            if (waiting.containsKey(row)) {
                waiting.merge(row, denial, Denial::plus);
            } else if (waiting.size() < MAX_WAITING || rows.getOrDefault(row.jail, 0) < SHARE_OF_A_JAIL) {
                waiting.put(row, denial);
                rows.merge(row.jail, 1, Integer::sum);
            } else {
                overflown.add(row.jail);
            }
        }
    }

    /** A new stream: what was sent on the last one may not have arrived. */
    void sendAgain() {
        sent = false;
    }

    /** What is to be sent now; empty while the server has yet to answer, or where there is nothing. */
    Optional<Denials> take() {
        if (underWay == null && !waiting.isEmpty()) {
            underWay = next();
            sent = false;
        }
        if (underWay == null || sent) {
            return Optional.empty();
        }
        sent = true;
        return Optional.of(underWay);
    }

    void taken(DenialsTaken answer) {
        if (underWay != null && answer.getRun().equals(run) && answer.getSequence() == underWay.getSequence()) {
            underWay = null;
        }
    }

    /** Whether the server has taken all there was. */
    boolean isEmpty() {
        return underWay == null && waiting.isEmpty();
    }

    private Denials next() {
        Denials.Builder batch = Denials.newBuilder().setRun(run).setSequence(++sequence);
        Iterator<Denial> oldest = waiting.values().iterator();
        while (oldest.hasNext() && batch.getDenialsCount() < MAX_IN_BATCH) {
            Denial next = oldest.next();
            oldest.remove();
            rows.computeIfPresent(next.jail(), (jail, count) -> count > 1 ? count - 1 : null);
            var denial = DenialWire.toWire(next).toBuilder();
            batch.addDenials(denial.setAtLeast(denial.getAtLeast() || overflown.contains(next.jail())));
        }
        overflown.retainAll(rows.keySet());
        return batch.build();
    }
}
