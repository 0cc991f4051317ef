package dev.bailiwick.server.jail.rollout;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.WantedState;
import dev.bailiwick.jail.desired.PreviousFiles;
import dev.bailiwick.jail.draft.DefinitionDraft;
import dev.bailiwick.jail.draft.PolicyDraft;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.authentication.Credential;
import dev.bailiwick.server.account.stream.OpenStreams;
import dev.bailiwick.server.jail.JailActions;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.intent.JailNotFound;
import dev.bailiwick.server.jail.intent.Restart;
import dev.bailiwick.server.jail.policy.PolicyEdits;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.InvalidRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * The change of many jails one after another: a new policy, or only a restart. It stops after the first jail that does
 * not run again. A rollout lives as long as its request: if the client disconnects or loses the server, it ends after
 * the current jail.
 */
@Component
class Rollout {

    private static final int MAX_JAILS = 1_000;

    private final Jails jails;
    private final JailActions actions;
    private final PolicyEdits edits;
    private final OpenStreams streams;

    Rollout(Jails jails, JailActions actions, PolicyEdits edits, OpenStreams streams) {
        this.jails = jails;
        this.actions = actions;
        this.edits = edits;
        this.streams = streams;
    }

    /** Receives the result of each jail as soon as it is known. */
    @FunctionalInterface
    interface Listener<E extends Exception> {
        void onResult(Result result) throws E;
    }

    /**
     * The result of one jail.
     *
     * @param result {@code restarted}; {@code changed}: the running jail did not have to restart; {@code stored}: the
     *     jail is not wanted running; {@code skipped}: the jail did not run before; {@code failed}; or {@code left}: an
     *     earlier jail failed, or the caller lost access
     * @param detail the reason why the jail failed or was skipped
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Result(
            String jail,
            String name,
            String result,
            long generation,
            @Nullable String detail) {}

    /**
     * Returns the jails of a rollout, as they are now.
     *
     * @throws InvalidRequest pointing to every id that is a duplicate or belongs to no jail that the caller sees, and
     *     to the invalid parts of the policy
     */
    List<JailView> check(Caller caller, RolloutRequest wanted) {
        List<@Nullable String> ids = wanted.jails() == null ? List.of() : wanted.jails();
        if (ids.isEmpty() || ids.size() > MAX_JAILS) {
            throw new InvalidRequest("/jails", "must name 1 to " + MAX_JAILS + " jails");
        }
        List<Violation> violations = new ArrayList<>();
        List<JailView> found = new ArrayList<>();
        Set<JailId> seen = new HashSet<>();
        for (int i = 0; i < ids.size(); i++) {
            Optional<JailView> jail = find(caller, String.valueOf(ids.get(i)));
            if (jail.isEmpty()) {
                violations.add(new Violation("/jails/" + i, "is not a jail"));
            } else if (!seen.add(jail.get().id())) {
                violations.add(new Violation("/jails/" + i, "is named twice"));
            } else {
                found.add(jail.get());
            }
        }
        if (!violations.isEmpty()) {
            throw new InvalidRequest(violations);
        }
        if (wanted.policy() != null) {
            for (JailView jail : found) {
                edits.restart(caller, jail, PolicyEdits.with(jail, wanted.policy()));
            }
        }
        return found;
    }

    /**
     * Changes the jails one after another. If the caller loses access, it leaves the remaining jails as they are,
     * because a rollout may take hours.
     *
     * @param by the credential of the caller
     * @param longest the maximum time for each jail to run again
     */
    <E extends Exception> void run(
            Caller caller,
            Credential by,
            List<JailView> all,
            @Nullable PolicyDraft policy,
            Duration longest,
            Listener<E> listener)
            throws E, InterruptedException {
        AtomicBoolean withdrawn = new AtomicBoolean();
        try (OpenStreams.Place _ = streams.admit(caller, by, () -> withdrawn.set(true))) {
            run(caller, all, policy, longest, withdrawn, listener);
        }
    }

    private <E extends Exception> void run(
            Caller caller,
            List<JailView> all,
            @Nullable PolicyDraft policy,
            Duration longest,
            AtomicBoolean withdrawn,
            Listener<E> listener)
            throws E, InterruptedException {
        boolean going = true;
        for (JailView jail : all) {
            going &= !withdrawn.get();
            Result result = going ? step(caller, jail.id(), policy, longest) : result(jail, "left", null);
            going &= !result.result().equals("failed");
            listener.onResult(result);
        }
    }

    /** Changes one jail of a rollout and returns the result. */
    Result step(Caller caller, JailId id, @Nullable PolicyDraft policy, Duration longest) throws InterruptedException {
        Optional<JailView> found = find(caller, id.toString());
        if (found.isEmpty()) {
            return new Result(id.toString(), id.toString(), "failed", 0, "It no longer exists.");
        }
        JailView before = found.get();
        boolean broken = before.broken();
        if (broken && policy == null) {
            return result(
                    before,
                    "skipped",
                    "Its state was already %s.".formatted(before.status().shownState()));
        }
        try {
            Result result = policy == null
                    ? restart(caller, before, longest)
                    : change(caller, before, PolicyEdits.with(before, policy), longest);
            // A jail that was already broken says nothing about the jails after it.
            return broken && result.result().equals("failed")
                    ? result(before, "skipped", "It has the new policy, but it did not run before.")
                    : result;
        } catch (Failure refused) {
            return result(before, "failed", refused.detail());
        }
    }

    private Result restart(Caller caller, JailView before, Duration longest) throws InterruptedException {
        if (before.definition().wanted() == WantedState.STOPPED) {
            return result(before, "stored", null);
        }
        JailView stored = actions.restart(caller, before.id());
        return await(stored, stored.generation(), "restarted", longest);
    }

    private Result change(Caller caller, JailView before, DefinitionDraft draft, Duration longest)
            throws InterruptedException {
        Restart restart = edits.restart(caller, before, draft);
        JailView stored = jails.redefine(caller, before, draft, PreviousFiles.MOVED);
        if (stored.definition().wanted() == WantedState.STOPPED) {
            return result(stored, "stored", null);
        }
        return await(stored, stored.generation(), restart.required() ? "restarted" : "changed", longest);
    }

    private Result await(JailView stored, long generation, String result, Duration longest)
            throws InterruptedException {
        Optional<JailView> seen = jails.awaitApplied(stored.id(), generation, longest);
        if (seen.isEmpty()) {
            return result(stored, "failed", "It no longer exists.");
        }
        JailView jail = seen.get();
        boolean back = jail.generation() >= generation && jail.settled() && jail.running();
        return back
                ? result(jail, result, null)
                : result(
                        jail,
                        "failed",
                        "It did not come back within %d s; %s.".formatted(longest.toSeconds(), state(jail)));
    }

    private static String state(JailView jail) {
        return switch (jail.status().phase().orElse(null)) {
            case null -> "its host is disconnected";
            case REFUSED -> "it failed to start";
            case BACKING_OFF -> "its program keeps exiting";
            case PENDING, STARTING, RUNNING, STOPPING, STOPPED, REMOVED ->
                "it is " + jail.status().phaseText();
        };
    }

    private Optional<JailView> find(Caller caller, String id) {
        try {
            return Optional.of(jails.find(caller, JailId.parse(id)));
        } catch (InvalidValue | JailNotFound none) {
            return Optional.empty();
        }
    }

    private static Result result(JailView jail, String result, @Nullable String detail) {
        return new Result(jail.id().toString(), jail.definition().name().value(), result, jail.generation(), detail);
    }
}
