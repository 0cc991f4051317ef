package dev.bailiwick.agent.kernel.linux.denial;

import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import dev.bailiwick.agent.kernel.linux.syscall.Sysctl;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.report.Denial;
import dev.bailiwick.jail.syscall.Architecture;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the kernel's audit records and counts the blocked calls of jails, on its own thread. However many records there are and however
 * slow the machine is, the thread works for {@value #MAX_MILLIS} milliseconds and then pauses for {@value #PAUSE_MILLIS}. For the jails
 * with the most records the kernel passes only a sample, see {@link FairShares}; their counts are then lower bounds. All counts are lower
 * bounds when the kernel reports that its buffer was full, which can happen at the beginning of a flood.
 */
public final class Denials implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Denials.class);
    private static final String LOGGED_ACTIONS = "kernel/seccomp/actions_logged";

    static final int PAUSE_MILLIS = 100;
    static final int MAX_MILLIS = 18;
    /** An additional limit, used once when a flood has just been found: until its backlog is read, the kernel drops all new records. */
    static final int MAX_MILLIS_OF_BACKLOG = 40;

    private final Clock clock;
    private final Function<Long, Optional<JailId>> jailOfUser;
    private final LoadedPolicies policies;
    private final Optional<AuditSocket> socket;
    private final String refusal;
    private final DenialTally tally = new DenialTally(Architecture.host());
    private final FairShares shares = new FairShares();
    /** Guarded by this: denials counted under policies that have been replaced since. */
    private final List<Denial> earlier = new ArrayList<>();

    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("denials").factory());

    /** Guarded by this: the last user id looked up, because records of the same jail often follow each other. */
    private long lastUser = -1;

    private Optional<JailId> lastJail = Optional.empty();

    /** @param jailOfUser returns the jail that owns a user id of the host, if any */
    public Denials(Clock clock, Function<Long, Optional<JailId>> jailOfUser, LoadedPolicies policies) {
        this.clock = clock;
        this.jailOfUser = jailOfUser;
        this.policies = policies;
        Optional<AuditSocket> opened = Optional.empty();
        String unreadable = "";
        try {
            opened = Optional.of(new AuditSocket());
        } catch (LinuxFailure e) {
            unreadable = "the kernel's audit cannot be read (" + e.detail() + ")";
        }
        this.socket = opened;
        this.refusal = unreadable;
    }

    /** Starts to read; returns this. */
    public Denials started() {
        if (socket.isPresent()) {
            var _ = thread.scheduleWithFixedDelay(
                    () -> read(socket.get()), PAUSE_MILLIS, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        }
        return this;
    }

    /** Returns why blocked calls of jails cannot be seen here, or not all of them; empty if they can. */
    public String unavailableReason() {
        if (!refusal.isEmpty()) {
            return refusal + ": calls are blocked nevertheless, but they are not counted";
        }
        List<String> logged = List.of(Sysctl.read(LOGGED_ACTIONS).split(" "));
        List<String> lacking = new ArrayList<>(List.of("errno", "kill_process", "log"));
        lacking.removeAll(logged);
        return lacking.isEmpty()
                ? ""
                : "kernel.seccomp.actions_logged lacks " + String.join(", ", lacking)
                        + ": calls blocked in this way are not counted";
    }

    /** Returns the denials since the last call, including those that the kernel has reported up to now. */
    public synchronized List<Denial> take() {
        socket.ifPresent(this::read);
        List<Denial> all = new ArrayList<>(earlier);
        earlier.clear();
        all.addAll(tally.drain(policies::of));
        return all;
    }

    /**
     * Notes that the jail is about to run with this policy. If the policy has changed, earlier records are counted under the previous
     * one.
     */
    public synchronized void loading(JailId jail, Policy policy, Instant now) {
        // The jail's range of ids may have had no owner until now.
        lastUser = -1;
        Optional<Policy> last = policies.loading(jail, policy, now);
        if (last.isPresent()) {
            socket.ifPresent(this::read);
            earlier.addAll(tally.drain(other -> other.equals(jail) ? last : policies.of(other)));
        }
    }

    private synchronized void read(AuditSocket from) {
        try {
            Instant now = clock.instant();
            AuditSocket.Reader reader = new AuditSocket.Reader() {
                @Override
                public void record(ByteBuffer text, int start, int end) {
                    AuditRecord.parse(text, start, end).ifPresentOrElse(record -> count(record, now), tally::missed);
                }

                @Override
                public void missed() {
                    tally.missed();
                }
            };
            boolean whole = read(from, reader, MAX_MILLIS);
            if (shares.endTurn()) {
                from.sample(shares.sampled());
                if (!whole) {
                    read(from, reader, MAX_MILLIS_OF_BACKLOG);
                }
            }
        } catch (RuntimeException e) {
            // The next turn may succeed; an exception would end all further turns.
            tally.missed();
            log.atWarn().setCause(e).log("records of the kernel's audit could not be read");
        }
    }

    /** @return whether no record is left */
    private static boolean read(AuditSocket from, AuditSocket.Reader reader, int mostMillis) {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(mostMillis);
        int batch = AuditSocket.BATCH;
        while (batch == AuditSocket.BATCH && System.nanoTime() < deadline) {
            batch = from.receive(reader);
        }
        return batch < AuditSocket.BATCH;
    }

    private void count(AuditRecord record, Instant now) {
        int range = (int) (record.user() >>> 16);
        shares.count(range);
        if (record.user() != lastUser) {
            lastUser = record.user();
            lastJail = jailOfUser.apply(record.user());
        }
        lastJail.ifPresent(jail -> {
            tally.count(jail, record, now);
            if (shares.isSampled(range)) {
                tally.missedOf(jail);
            }
        });
    }

    /** Forgets a jail whose range of ids may now get another owner. Counts the records that the kernel has reported before. */
    public synchronized void forget(JailId jail) {
        socket.ifPresent(this::read);
        earlier.addAll(tally.drain(policies::of));
        policies.forget(jail);
        lastUser = -1;
    }

    @Override
    public void close() {
        thread.shutdownNow();
        synchronized (this) {
            socket.ifPresent(AuditSocket::close);
        }
    }
}
