package dev.bailiwick.agent.kernel.linux.oom;

import dev.bailiwick.agent.kernel.linux.host.HostMemory;
import dev.bailiwick.agent.kernel.linux.ids.IdRange;
import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import dev.bailiwick.jail.HostFacts.Capability;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.report.OomKills;
import dev.bailiwick.jail.report.OomKills.LargeProcess;
import dev.bailiwick.jail.report.OomKills.ShortOf;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;

/**
 * Notices that the kernel has killed processes of jails for lack of memory: at once from the kernel's log, which has their names and memory;
 * where the agent may not read that log, from the counters of the jails' cgroups whenever they are sampled.
 *
 * <p>A jail that has processes killed all the time is reported every {@link #APART}, with the number of kills since the report before.
 */
public final class OomWatch implements AutoCloseable {

    static final Duration APART = Duration.ofMinutes(10);

    private static final int UNKNOWN = 0;

    /** What this class asks of the jails. */
    public interface Jails {

        /** Returns the jail whose processes have this user id. */
        Optional<JailId> of(long user);

        /** Returns the processes that the jail has now. */
        List<Integer> processes(JailId jail);

        /** Returns whether the kernel killed a process because the jail had reached its own limit of memory. */
        boolean hasReachedItsLimit(JailId jail);
    }

    private final Jails jails;
    private final Clock clock;
    /** Measures pauses as {@link System#nanoTime}: the clock of the host may be set. */
    private final LongSupplier nanoTime;

    private volatile Optional<KernelLog> log = Optional.empty();
    private volatile String unavailable = "";

    /** Guarded by this. */
    private final Map<JailId, Kills> killed = new HashMap<>();

    private final Map<JailId, Counter> counters = new HashMap<>();
    private volatile BiConsumer<JailId, OomKills> listener = (_, _) -> {};

    /** The kills in one jail that were not reported yet. */
    private static final class Kills {

        /** When the last report was sent. */
        private OptionalLong reportedAtNanos = OptionalLong.empty();

        private long count;
        private Instant at = Instant.MIN;
        private ShortOf shortOf = ShortOf.HOST;
        private List<LargeProcess> largest = List.of();
        private int pid = UNKNOWN;

        private boolean hasWaited(long nanos) {
            return reportedAtNanos.isEmpty() || nanos - reportedAtNanos.getAsLong() >= APART.toNanos();
        }
    }

    /** The last value of a cgroup's counter. */
    private record Counter(UUID run, long value) {}

    public OomWatch(Jails jails, Clock clock) {
        this(jails, clock, System::nanoTime);
    }

    OomWatch(Jails jails, Clock clock, LongSupplier nanoTime) {
        this.jails = jails;
        this.clock = clock;
        this.nanoTime = nanoTime;
    }

    /** Begins to read the kernel's log, if this process may. */
    public OomWatch started() {
        OomRecords records = new OomRecords(user -> jails.of(user).isPresent(), HostMemory.pageBytes(), this::logged);
        try {
            log = Optional.of(new KernelLog(records::read));
        } catch (LinuxFailure e) {
            unavailable = "the agent cannot read the kernel's log (" + e.getMessage()
                    + "): it notices within 10 s that a process of a jail was killed for lack of memory, but not which one";
        }
        return this;
    }

    static int rangeOf(long user) {
        return IdRange.numberOf(user);
    }

    /** Sets who gets the kills; the listener must not block. */
    public void onKills(BiConsumer<JailId, OomKills> told) {
        listener = told;
    }

    public Capability capability() {
        return unavailable.isEmpty()
                ? Capability.available("kernel.log")
                : Capability.missing("kernel.log", unavailable);
    }

    /** Takes a process that the kernel has logged as killed. */
    void logged(int pid, long user, OomRecords.Cause cause, List<LargeProcess> largest) {
        jails.of(user).ifPresent(jail -> add(jail, 1, shortOf(jail, cause), largest, pid));
    }

    private ShortOf shortOf(JailId jail, OomRecords.Cause cause) {
        if (cause == OomRecords.Cause.HOST) {
            return ShortOf.HOST;
        }
        return jails.hasReachedItsLimit(jail) ? ShortOf.JAIL_LIMIT : ShortOf.OTHER_LIMIT;
    }

    /**
     * Takes the counter of a jail's cgroup, which matters if the log cannot be read.
     *
     * @param run the cgroup
     * @param kills how many processes were killed in it so far
     */
    public void counted(JailId jail, UUID run, long kills) {
        if (log.isPresent()) {
            return;
        }
        Counter before;
        synchronized (this) {
            before = counters.put(jail, new Counter(run, kills));
        }
        // A new agent does not know which of the kills an earlier one has reported.
        long known = before == null ? kills : before.run.equals(run) ? before.value : 0;
        if (kills > known) {
            add(
                    jail,
                    kills - known,
                    jails.hasReachedItsLimit(jail) ? ShortOf.JAIL_LIMIT : ShortOf.OTHER_LIMIT,
                    List.of(),
                    UNKNOWN);
        }
    }

    private void add(JailId jail, long count, ShortOf shortOf, List<LargeProcess> largest, int pid) {
        Instant now = clock.instant();
        long nanos = nanoTime.getAsLong();
        Optional<OomKills> due;
        synchronized (this) {
            Kills kills = killed.computeIfAbsent(jail, _ -> new Kills());
            kills.count += count;
            kills.at = now;
            kills.shortOf = shortOf;
            kills.largest = largest;
            kills.pid = pid;
            due = take(jail, kills, nanos);
        }
        due.ifPresent(report -> listener.accept(jail, report));
    }

    /** Reports the kills that have waited for long enough. To be called now and then. */
    public void reportDue() {
        long nanos = nanoTime.getAsLong();
        Map<JailId, OomKills> due = new HashMap<>();
        synchronized (this) {
            killed.forEach((jail, kills) -> take(jail, kills, nanos).ifPresent(report -> due.put(jail, report)));
            killed.values().removeIf(kills -> kills.count == 0 && kills.hasWaited(nanos));
        }
        due.forEach(listener);
    }

    private Optional<OomKills> take(JailId jail, Kills kills, long nanos) {
        if (kills.count == 0 || !kills.hasWaited(nanos)) {
            return Optional.empty();
        }
        OomKills report =
                new OomKills(kills.count, kills.shortOf, largest(jail, kills), HostMemory.availableBytes(), kills.at);
        kills.count = 0;
        kills.reportedAtNanos = OptionalLong.of(nanos);
        return Optional.of(report);
    }

    /** Adds processes that the jail has now, if the log had too few; none if they cannot be read. */
    private List<LargeProcess> largest(JailId jail, Kills kills) {
        if (kills.largest.size() > 1) {
            return kills.largest;
        }
        LargestProcesses running;
        try {
            running = LargestProcesses.of(jails.processes(jail).stream()
                    .filter(process -> process != kills.pid)
                    .toList());
        } catch (UncheckedIOException e) {
            // The kills matter more, and those of the other jails that are due.
            return kills.largest;
        }
        List<LargeProcess> all = new ArrayList<>(kills.largest);
        running.list().stream().limit(OomKills.MAX_LARGEST - all.size()).forEach(all::add);
        return all;
    }

    /** Forgets a jail that is removed. */
    public synchronized void forget(JailId jail) {
        killed.remove(jail);
        counters.remove(jail);
    }

    @Override
    public void close() {
        log.ifPresent(KernelLog::close);
    }
}
