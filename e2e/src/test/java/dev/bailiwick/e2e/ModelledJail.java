package dev.bailiwick.e2e;

import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A jail as its only client knows it. Acknowledged changes are certain. A change without an answer, or with an error, may have taken
 * effect or not; both are allowed until the next change is acknowledged.
 */
final class ModelledJail {

    private enum Presence {
        ABSENT,
        UNCERTAIN,
        PRESENT
    }

    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Fleet fleet;
    private final String name;
    private final int number;
    private @Nullable UUID id;
    private Presence presence = Presence.ABSENT;
    private long generation;
    private final Set<String> names = new HashSet<>();
    private final Set<String> wanted = new HashSet<>(Set.of("running"));

    ModelledJail(Fleet fleet, String name, int number) {
        this.fleet = fleet;
        this.name = name;
        this.number = number;
        names.add(name);
    }

    boolean isLiving() {
        return presence == Presence.PRESENT;
    }

    boolean create() {
        Optional<Answer> answer = answered(() ->
                fleet.operator().post("jails", fleet.definition(name, number).toString()));
        presence = answer.isPresent() ? Presence.PRESENT : Presence.UNCERTAIN;
        answer.map(Answer::jail).ifPresent(jail -> {
            id = jail.id();
            generation = jail.generation();
        });
        return answer.isPresent();
    }

    boolean rename(String who) {
        String patch = "{\"environment\":{\"WHO\":\"" + who + "\"}}";
        return changed(names, who, answered(() -> fleet.operator().patch("jails/" + id, patch)));
    }

    boolean want(String state) {
        String verb = state.equals("running") ? "/start" : "/stop";
        return changed(wanted, state, answered(() -> fleet.operator().post("jails/" + id + verb)));
    }

    boolean retire() {
        Optional<Answer> answer = answered(() -> fleet.operator().delete("jails/" + id + "?files=delete"));
        presence = answer.isPresent() ? Presence.ABSENT : Presence.UNCERTAIN;
        return answer.isPresent();
    }

    private boolean changed(Set<String> allowed, String value, Optional<Answer> answer) {
        if (answer.isPresent()) {
            allowed.clear();
            generation = answer.get().jail().generation();
        }
        allowed.add(value);
        return answer.isPresent();
    }

    /**
     * Returns the answer to a change; empty if the server did not answer, or with a server error. No change may be rejected, because
     * nobody else changes this jail.
     */
    private static Optional<Answer> answered(Supplier<Answer> change) {
        try {
            Answer answer = change.get();
            if (answer.status() < 500) {
                return Optional.of(answer.requireSuccess());
            }
        } catch (UncheckedIOException e) {
            // The request or its answer was lost.
        }
        LockSupport.parkNanos(PAUSE_NANOS);
        return Optional.empty();
    }

    /** Returns how {@code seen} contradicts the answers that this client got; empty if it does not. */
    Optional<String> contradiction(Optional<Jail> seen) {
        if (presence == Presence.UNCERTAIN || (presence == Presence.ABSENT && seen.isEmpty())) {
            return Optional.empty();
        }
        if (presence == Presence.ABSENT || seen.isEmpty()) {
            return Optional.of(name + " should be " + presence + ", and is " + seen);
        }
        Jail jail = seen.get();
        boolean fits = jail.generation() >= generation
                && wanted.contains(jail.wanted())
                && names.contains(String.valueOf(jail.environment().get("WHO")));
        return fits
                ? Optional.empty()
                : Optional.of(name + " should be " + names + " " + wanted + " of generation " + generation
                        + " or later, and is " + jail);
    }

    /** Returns the jail's id; empty while its creation has not been acknowledged. */
    Optional<UUID> id() {
        return Optional.ofNullable(id);
    }

    String name() {
        return name;
    }
}
