package dev.bailiwick.agent.link;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.report.Denial;
import dev.bailiwick.jail.report.DenialAnswer;
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
 * The blocked calls of jails, by the hour, that the server has not counted yet. At most one batch is in progress. It is sent again
 * unchanged on every new stream, until the server confirms it. So no call is counted twice, and calls are lost only if the agent
 * ends before it could send them. Used on the link's thread.
 */
final class DenialLedger {

    private static final int MAX_IN_BATCH = 2_000;
    /** Enough for a thousand jails with two different blocked calls each, on a day without the server; about 10 MB. */
    private static final int MAX_WAITING = 50_000;

    /** Each jail can have this many rows even if others have filled the ledger. */
    private static final int SHARE_OF_A_JAIL = 48;

    private final String run = UUID.randomUUID().toString();
    private final Map<Row, Denial> waiting = new LinkedHashMap<>();
    private final Map<JailId, Integer> rows = new HashMap<>();
    /** Jails of which a row was left out; such a jail stays here until all its rows have been sent. */
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

    /** Prepares for a new stream: the batch sent on the previous one may not have arrived. */
    void sendAgain() {
        sent = false;
    }

    /** Returns the batch to send now; empty while the server has not confirmed the previous one, or if there are no rows. */
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

    /** Returns whether the server has confirmed all rows. */
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
