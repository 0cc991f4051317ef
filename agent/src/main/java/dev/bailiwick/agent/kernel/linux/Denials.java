package dev.bailiwick.agent.kernel.linux;

import dev.bailiwick.jail.Denial;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.syscall.Architecture;
import dev.bailiwick.jail.syscall.Policy;
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
 * Reads the kernel's audit records and counts what jails were refused, on a thread of its own. However many there are and
 * however slow the machine, it works for {@value #MOST_MILLIS} milliseconds and rests for {@value #PAUSE_MILLIS}; the kernel
 * drops what does not fit its buffer meanwhile, says that it did, and counts are lower bounds then.
 */
final class Denials implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Denials.class);
    private static final String LOGGED_ACTIONS = "kernel/seccomp/actions_logged";

    static final int PAUSE_MILLIS = 100;
    static final int MOST_MILLIS = 18;

    private final Clock clock;
    private final Function<Long, Optional<JailId>> jailOfUser;
    private final LoadedPolicies policies;
    private final Optional<AuditSocket> socket;
    private final String refusal;
    private final DenialTally tally = new DenialTally(Architecture.host());
    /** Guarded by this: counted under policies that have been replaced since. */
    private final List<Denial> earlier = new ArrayList<>();

    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("denials").factory());

    /** Guarded by this: the last id looked up, since those who are refused much are refused much in a row. */
    private long lastUser = -1;

    private Optional<JailId> lastJail = Optional.empty();

    /** @param jailOfUser the jail that owns a user id of the host's, if one does */
    Denials(Clock clock, Function<Long, Optional<JailId>> jailOfUser, LoadedPolicies policies) {
        this.clock = clock;
        this.jailOfUser = jailOfUser;
        this.policies = policies;
        Optional<AuditSocket> opened = Optional.empty();
        String trouble = "";
        try {
            opened = Optional.of(new AuditSocket());
        } catch (LinuxFailure e) {
            trouble = "the kernel's audit can not be read (" + e.detail() + ")";
        }
        this.socket = opened;
        this.refusal = trouble;
    }

    /** Begins to read. */
    Denials started() {
        if (socket.isPresent()) {
            var _ = thread.scheduleWithFixedDelay(
                    () -> read(socket.get()), PAUSE_MILLIS, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        }
        return this;
    }

    /** Why refused calls of jails can not be seen here, or not all of them; empty where they can. */
    String trouble() {
        if (!refusal.isEmpty()) {
            return refusal + ": jails are held all the same, but what they are refused is not counted";
        }
        List<String> logged = List.of(Sysctl.read(LOGGED_ACTIONS).split(" "));
        List<String> lacking = new ArrayList<>(List.of("errno", "kill_process", "log"));
        lacking.removeAll(logged);
        return lacking.isEmpty()
                ? ""
                : "kernel.seccomp.actions_logged lacks " + String.join(", ", lacking)
                        + ": calls that a jail is refused so are not counted";
    }

    /** What was counted since the last time, with what the kernel has told up to now. */
    synchronized List<Denial> take() {
        socket.ifPresent(this::read);
        List<Denial> all = new ArrayList<>(earlier);
        earlier.clear();
        all.addAll(tally.drain(policies::of));
        return all;
    }

    /** The jail is about to run under this policy: what it was refused before was refused by another, if that has changed. */
    synchronized void loading(JailId jail, Policy policy, Instant now) {
        // Its range of ids may have been nobody's until now.
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
            long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(MOST_MILLIS);
            int batch = AuditSocket.BATCH;
            while (batch == AuditSocket.BATCH && System.nanoTime() < deadline) {
                batch = from.receive(reader);
            }
        } catch (RuntimeException e) {
            // The next turn may succeed; a turn that throws would be the last one.
            tally.missed();
            LOG.atWarn().setCause(e).log("records of the kernel's audit could not be read");
        }
    }

    private void count(AuditRecord record, Instant now) {
        if (record.user() != lastUser) {
            lastUser = record.user();
            lastJail = jailOfUser.apply(record.user());
        }
        lastJail.ifPresent(jail -> tally.count(jail, record, now));
    }

    /** The jail's range of ids may belong to another from now on; what the kernel has told of it is counted before. */
    synchronized void forget(JailId jail) {
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
