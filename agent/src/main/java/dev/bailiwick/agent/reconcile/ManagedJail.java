package dev.bailiwick.agent.reconcile;

import dev.bailiwick.agent.kernel.JailEnd;
import dev.bailiwick.jail.Condition;
import dev.bailiwick.jail.Desired;
import dev.bailiwick.jail.Desired.FilesFate;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.Phase;
import dev.bailiwick.jail.RootPath;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One jail in the {@link Reconciler}'s state. Holds no lock of its own: every access is under the reconciler's. */
final class ManagedJail {

    final JailId id;
    final Deque<JailEnd> ends = new ArrayDeque<>();

    @Nullable
    Desired desired;

    /** Why the jail is not as the last desired state would have it, if so. */
    Optional<Condition> standing = Optional.empty();

    /** When something else was wanted, as long as nothing has been done about it. */
    Optional<Instant> wantedAt = Optional.empty();

    /** The revision with which {@link #desired} came to be about its path: whichever jail came first owns the files. */
    long claimedAt;

    JailState state = JailState.NOTHING;
    String goal = "";
    Phase phase = Phase.PENDING;

    /** Queued or running: then signals only set {@link #signalled}. */
    Attention attention = Attention.IDLE;

    boolean signalled;

    /** Something it needs is said to be gone, and nothing has been done about that. */
    boolean damaged;

    /** Grows with every change, so that an observation can tell whether it is stale. */
    long changes;

    /** The kernel differed from {@link #state} when it was last looked at. */
    boolean suspect;

    Optional<Instant> wakeAt = Optional.empty();

    enum Attention {
        IDLE,
        TAKEN
    }

    ManagedJail(JailId id) {
        this.id = id;
    }

    /** Nothing is wanted of it, and nothing of it is left. */
    boolean isOver() {
        return desired == null && state.observed().isEmpty();
    }

    boolean isKept() {
        return desired instanceof Desired.Kept;
    }

    /** The owner whose turn it takes. */
    String owner() {
        return desired instanceof Desired.Kept kept ? kept.owner() : "";
    }

    /** Its files are still to be deleted. */
    boolean isDeleting() {
        return desired instanceof Desired.Removed removed
                && removed.files() == FilesFate.DELETED
                && phase != Phase.REMOVED;
    }

    Optional<RootPath> path() {
        return switch (desired) {
            case null -> Optional.empty();
            case Desired.Kept kept -> Optional.of(kept.definition().path());
            case Desired.Removed removed -> Optional.of(removed.path());
        };
    }

    /** These conditions, and the one that says why the jail is kept otherwise than wanted. */
    List<Condition> with(List<Condition> conditions) {
        if (standing.isEmpty()) {
            return conditions;
        }
        List<Condition> all = new ArrayList<>(conditions);
        all.add(standing.get());
        return all;
    }
}
