package dev.bailiwick.protocol;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.report.Denial;
import dev.bailiwick.jail.report.DenialAnswer;
import dev.bailiwick.jail.syscall.SyscallTable;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.protocol.v1.Denials;
import java.time.Instant;
import java.util.UUID;

/**
 * Converts the counts of blocked calls to and from their messages. Agents and servers may have different versions, so a call or an
 * answer that only the other side knows is read as unknown.
 */
public final class DenialWire {

    /** More calls than a kernel can block in a year. */
    private static final long MAX = 1L << 50;

    private DenialWire() {}

    public static dev.bailiwick.protocol.v1.Denial toWire(Denial denial) {
        return dev.bailiwick.protocol.v1.Denial.newBuilder()
                .setJailId(denial.jail().toString())
                .setCall(denial.call())
                .setAnswer(denial.answer().text())
                .setCount(Math.min(denial.count(), MAX))
                .setAtLeast(denial.atLeast() || denial.count() > MAX)
                .setLastSeenEpochMillis(denial.lastSeen().toEpochMilli())
                .build();
    }

    /** @throws MalformedMessage if no version of {@link #toWire} can have written the message */
    public static Denial fromWire(dev.bailiwick.protocol.v1.Denial wire) {
        JailId jail = Field.read("jail_id", () -> JailId.parse(wire.getJailId()));
        String where = "denial of jail " + jail + ", ";
        if (wire.getCount() < 1 || wire.getCount() > MAX) {
            throw new MalformedMessage(where + "count must be 1 to 2^50", null);
        }
        if (wire.getLastSeenEpochMillis() < 0 || wire.getLastSeenEpochMillis() > ReportWire.LATEST.toEpochMilli()) {
            throw new MalformedMessage(where + "last_seen must lie between 1970 and 9999", null);
        }
        return new Denial(
                jail,
                call(wire.getCall()),
                answer(wire.getAnswer()),
                wire.getCount(),
                wire.getAtLeast(),
                Instant.ofEpochMilli(wire.getLastSeenEpochMillis()));
    }

    /**
     * Returns the run of a batch.
     *
     * @throws MalformedMessage if the run or the sequence of the batch is invalid
     */
    public static UUID run(Denials batch) {
        if (batch.getSequence() < 1) {
            throw new MalformedMessage("the sequence of a batch of denials must be 1 to 2^63 - 1", null);
        }
        try {
            UUID run = UUID.fromString(batch.getRun());
            if (run.toString().equalsIgnoreCase(batch.getRun())) {
                return run;
            }
        } catch (IllegalArgumentException e) {
            throw new MalformedMessage("the run of a batch of denials is not a UUID", e);
        }
        throw new MalformedMessage("the run of a batch of denials is not a UUID", null);
    }

    private static String call(String name) {
        return Denial.OUTSIDE_TABLE.contains(name)
                        || SyscallTable.linux().find(name).isPresent()
                ? name
                : Denial.UNKNOWN;
    }

    private static DenialAnswer answer(String text) {
        try {
            return DenialAnswer.parse(text);
        } catch (InvalidValue ofAnotherVersion) {
            return new DenialAnswer.FailedSomehow();
        }
    }
}
