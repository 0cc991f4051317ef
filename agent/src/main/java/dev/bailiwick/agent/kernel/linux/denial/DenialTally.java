package dev.bailiwick.agent.kernel.linux.denial;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.report.Denial;
import dev.bailiwick.jail.report.DenialAnswer;
import dev.bailiwick.jail.report.DenialAnswer.Failed;
import dev.bailiwick.jail.report.DenialAnswer.FailedSomehow;
import dev.bailiwick.jail.report.DenialAnswer.Killed;
import dev.bailiwick.jail.report.DenialAnswer.Logged;
import dev.bailiwick.jail.syscall.Architecture;
import dev.bailiwick.jail.syscall.Errno;
import dev.bailiwick.jail.syscall.Syscall;
import dev.bailiwick.jail.syscall.SyscallTable;
import dev.bailiwick.jail.syscall.Verdict;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * A tally of the blocked calls of jails. Its size is bounded, whatever the jails do: a jail can only add to rows for the calls of the
 * table and the three rows that stand for all others. Not thread-safe.
 */
final class DenialTally {

    private static final int ACTION_ERRNO = 0x0005_0000;
    private static final int ACTION_LOG = 0x7ffc_0000;
    private static final int ACTION_KILL_PROCESS = 0x8000_0000;
    private static final int X32_BIT = 0x4000_0000;

    /** Enough for ten thousand jails, each with more different blocked calls than a real jail has. */
    private static final int MAX_ROWS = 100_000;

    /** The number of rows that each jail can have even if others have used all the room. */
    static final int SHARE_OF_A_JAIL = 100;

    private final Architecture architecture;
    private final Map<Integer, String> names = new HashMap<>();
    private final Map<Row, Count> counts = new HashMap<>();
    private final Map<JailId, Integer> rows = new HashMap<>();
    /** Jails with records that were not counted. The counts of all other jails are complete, unless {@link #missed}. */
    private final Set<JailId> undercounted = new HashSet<>();

    private boolean missed;

    private record Row(JailId jail, String call, int action) {}

    private static final class Count {
        private long count;
        private Instant lastSeen = Instant.EPOCH;
    }

    DenialTally(Architecture architecture) {
        this.architecture = architecture;
        for (Syscall call : SyscallTable.linux().all()) {
            call.number(architecture).ifPresent(number -> names.put(number, call.name()));
        }
    }

    /** Counts a record of this jail. */
    void count(JailId jail, AuditRecord record, Instant now) {
        Row row = new Row(jail, name(record), record.action());
        Count count = counts.get(row);
        if (count == null) {
            if (!isOurs(record.action())) {
                return;
            }
            if (counts.size() >= MAX_ROWS && rows.getOrDefault(jail, 0) >= SHARE_OF_A_JAIL) {
                undercounted.add(jail);
                return;
            }
            count = new Count();
            counts.put(row, count);
            rows.merge(jail, 1, Integer::sum);
        }
        count.count++;
        count.lastSeen = now;
    }

    /** Notes that some of this jail's records were not counted. */
    void missedOf(JailId jail) {
        undercounted.add(jail);
    }

    /** Notes that records of unknown jails were lost. */
    void missed() {
        missed = true;
    }

    private String name(AuditRecord record) {
        if (record.architecture() != architecture.auditValue()) {
            return Denial.FOREIGN;
        }
        if (architecture == Architecture.X86_64 && record.call() > 0 && (record.call() & X32_BIT) != 0) {
            return Denial.X32;
        }
        return names.getOrDefault((int) record.call(), Denial.UNKNOWN);
    }

    /**
     * Returns whether the agent's filters use this action. Other actions come only from filters that processes in the jail install
     * themselves.
     */
    private static boolean isOurs(int action) {
        return action == ACTION_ERRNO || action == ACTION_LOG || action == ACTION_KILL_PROCESS;
    }

    /**
     * Returns the counts since the last call, and resets them.
     *
     * @param loaded the policy that a jail runs with, if known
     */
    List<Denial> drain(Function<JailId, Optional<Policy>> loaded) {
        List<Denial> denials = new ArrayList<>();
        counts.forEach((row, count) -> answer(row, loaded.apply(row.jail()))
                .ifPresent(answer -> denials.add(new Denial(
                        row.jail(),
                        row.call(),
                        answer,
                        count.count,
                        missed || undercounted.contains(row.jail()),
                        count.lastSeen))));
        counts.clear();
        rows.clear();
        undercounted.clear();
        missed = false;
        return denials;
    }

    /**
     * Returns the answer that the caller saw. Empty if the jail's own filter does not cause this action: then the process installed the
     * filter itself.
     */
    private static Optional<DenialAnswer> answer(Row row, Optional<Policy> policy) {
        if (Denial.OUTSIDE_TABLE.contains(row.call())) {
            return row.action() == ACTION_ERRNO ? Optional.of(new Failed(Errno.ENOSYS)) : Optional.empty();
        }
        if (policy.isEmpty()) {
            return Optional.of(
                    switch (row.action()) {
                        case ACTION_LOG -> new Logged();
                        case ACTION_KILL_PROCESS -> new Killed();
                        default -> new FailedSomehow();
                    });
        }
        Syscall call = SyscallTable.linux().find(row.call()).orElseThrow();
        List<DenialAnswer> possible = policy.get().ruling(call, Instant.EPOCH).verdicts().stream()
                .flatMap(verdict -> answer(verdict, row.action()).stream())
                .distinct()
                .toList();
        return possible.size() > 1
                ? Optional.of(new FailedSomehow())
                : possible.stream().findFirst();
    }

    private static Optional<DenialAnswer> answer(Verdict verdict, int action) {
        return switch (verdict) {
            // The caller of an ignored call sees a success, so nobody misses the call.
            case Verdict.Allow(), Verdict.Ignore() -> Optional.empty();
            case Verdict.Log() -> action == ACTION_LOG ? Optional.of(new Logged()) : Optional.empty();
            case Verdict.Deny(Errno errno) ->
                action == ACTION_ERRNO ? Optional.of(new Failed(errno)) : Optional.empty();
            case Verdict.Kill() -> action == ACTION_KILL_PROCESS ? Optional.of(new Killed()) : Optional.empty();
        };
    }
}
