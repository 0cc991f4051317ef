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
 * One jail as its only client knows it. What was acknowledged is certain; a change that got no answer, or an error, may have taken
 * effect or not, and until the next one is acknowledged both are allowed.
 */
final class Ordered {

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

    Ordered(Fleet fleet, String name, int number) {
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

    /** Empty where the server was not there, or could not tell. What it refuses is a mistake: nobody else changes this jail. */
    private static Optional<Answer> answered(Supplier<Answer> change) {
        try {
            Answer answer = change.get();
            if (answer.status() < 500) {
                return Optional.of(answer.requireSuccess());
            }
        } catch (UncheckedIOException e) {
            // Lost on the way there, or on the way back.
        }
        LockSupport.parkNanos(PAUSE_NANOS);
        return Optional.empty();
    }

    /** What contradicts the answers that this client got, if anything does. */
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

    /** Empty as long as its creation was not acknowledged. */
    Optional<UUID> id() {
        return Optional.ofNullable(id);
    }

    String name() {
        return name;
    }
}
