package dev.bailiwick.agent.reconcile;

import dev.bailiwick.agent.kernel.JailEnd;
import dev.bailiwick.agent.kernel.JailNetworks;
import dev.bailiwick.agent.reconcile.plan.JailState;
import dev.bailiwick.agent.reconcile.plan.Plan;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.jail.desired.DesiredJail.FilesFate;
import dev.bailiwick.jail.report.Condition;
import dev.bailiwick.jail.report.OomKills;
import dev.bailiwick.jail.report.Phase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One jail in the {@link Reconciler}'s state. The reconciler's lock guards every access. */
final class ManagedJail {

    /** How long a jail has the condition that the kernel killed processes of it. */
    static final Duration REPORTED_FOR = Duration.ofHours(1);

    final JailId id;
    final Deque<JailEnd> ends = new ArrayDeque<>();

    @Nullable
    DesiredJail desired;

    /** Why the host keeps an earlier definition than the server sent last; empty if it follows the server. */
    Optional<Condition> standing = Optional.empty();

    /** When the desired state of this jail last changed; empty once a step has been done for it. */
    Optional<Instant> wantedAt = Optional.empty();

    /** The revision in which this jail got its path, or was removed: of two jails, the earlier one owns the files. */
    long claimedAt;

    JailState state = JailState.NOTHING;
    String goal = "";
    Phase phase = Phase.PENDING;

    /** {@code TAKEN} while a run is queued or active: then a signal only sets {@link #signalled}. */
    Attention attention = Attention.IDLE;

    boolean signalled;

    /** Whether the kernel reported that something may be gone, and no run has seen this yet. */
    boolean damaged;

    /** The last processes that the kernel killed for lack of memory. */
    Optional<OomKills> oomKills = Optional.empty();

    /** Grows with every change, so that a drift check can see whether its observation is stale. */
    long changes;

    /** Whether the last drift check found a difference between the kernel and {@link #state}. */
    boolean suspect;

    Optional<Instant> wakeAt = Optional.empty();

    enum Attention {
        IDLE,
        TAKEN
    }

    ManagedJail(JailId id) {
        this.id = id;
    }

    /** Returns whether no desired state names the jail and nothing of it is left. */
    boolean isOver() {
        return desired == null && state.observed().isEmpty();
    }

    boolean isKept() {
        return desired instanceof DesiredJail.Present;
    }

    /** Sets the jail's owner in the kernel, unless the jail is to be removed. */
    void own(JailNetworks networks) {
        if (desired instanceof DesiredJail.Present kept) {
            networks.own(id, kept.owner(), kept.network());
            networks.limit(id, kept.definition().limits());
        }
    }

    /** Returns the customer whose turn the jail's work takes in {@link FairOrder}. */
    String owner() {
        return desired instanceof DesiredJail.Present kept ? kept.owner() : "";
    }

    /** Returns whether the jail's files must still be deleted. */
    boolean isDeleting() {
        return desired instanceof DesiredJail.Removed removed
                && removed.files() == FilesFate.DELETED
                && phase != Phase.REMOVED;
    }

    Optional<RootPath> path() {
        return switch (desired) {
            case null -> Optional.empty();
            case DesiredJail.Present kept -> Optional.of(kept.definition().path());
            case DesiredJail.Removed removed -> Optional.of(removed.path());
        };
    }

    /** Returns {@code conditions} with {@link #oomKills} and {@link #standing} at the end. */
    List<Condition> with(List<Condition> conditions, Instant now) {
        List<Condition> all = new ArrayList<>(conditions);
        oomKills(now).map(OomKills::condition).ifPresent(all::add);
        standing.ifPresent(all::add);
        return all;
    }

    /** Returns the last processes that the kernel killed for lack of memory, until {@link #REPORTED_FOR} after that. */
    Optional<OomKills> oomKills(Instant now) {
        return oomKills.filter(kills -> now.isBefore(kills.at().plus(REPORTED_FOR)));
    }

    /** Returns the plan, which ends in time to report that {@link #oomKills} are long ago. */
    Plan until(Plan plan, Instant now) {
        return oomKills(now)
                .map(kills -> plan.noLaterThan(kills.at().plus(REPORTED_FOR)))
                .orElse(plan);
    }
}
