package dev.bailiwick.jail.syscall;

import dev.bailiwick.jail.TimeText;
import java.util.List;
import java.util.stream.Collectors;

/** Something that the author of a policy should know about it. */
public sealed interface PolicyWarning {

    /** The name of the system call that the warning is about. */
    String call();

    /** A warning about one of the policy's overrides. */
    sealed interface OfOverride extends PolicyWarning {
        PolicyOverride override();

        @Override
        default String call() {
            return override().call();
        }
    }

    /** The override has ended, so it does not count. */
    record Ended(PolicyOverride override) implements OfOverride {}

    /** The profile decides the same anyway. */
    record Repeats(PolicyOverride override, Profile profile) implements OfOverride {}

    /** No process sees a difference: the kernel itself blocks the call that the filter would allow. */
    record KernelAnswersTheSame(PolicyOverride override, Errno errno, List<Layer> layers) implements OfOverride {}

    /** What it watches would block nothing that is allowed, or the call is logged anyway. */
    record WatchesNothing(PolicyOverride override) implements OfOverride {}

    /** It allows the call, but the kernel still blocks it, perhaps with another error than the profile. */
    record StillRefused(PolicyOverride override, Errno errno, List<Layer> layers) implements OfOverride {}

    /** It allows the call only as far as the floor does, which no override can widen. */
    record HeldByFloor(PolicyOverride override, Syscall row, Decision floor) implements OfOverride {}

    /**
     * Processes may do more than under the profile.
     *
     * @param reason why the profile decides differently
     * @param layers what still keeps the call's effect inside the jail; empty if only the filter did
     */
    record Weakens(PolicyOverride override, String reason, List<Layer> layers) implements OfOverride {}

    /**
     * Processes may do more than under the other policy, although no override allows it: the profile has changed, or an override
     * was removed.
     *
     * @param layers what keeps the call's effect inside the jail; empty if only the filter did
     */
    record Loosens(RowChange change, List<Layer> layers) implements PolicyWarning {
        @Override
        public String call() {
            return change.call().name();
        }
    }

    /** A word for programs. */
    default String code() {
        return switch (this) {
            case Ended _ -> "ended";
            case Repeats _ -> "repeats-the-profile";
            case KernelAnswersTheSame _ -> "kernel-answers-the-same";
            case WatchesNothing _ -> "watches-nothing";
            case StillRefused _ -> "still-refused";
            case HeldByFloor _ -> "held-by-the-floor";
            case Weakens _ -> "weakens";
            case Loosens _ -> "loosens";
        };
    }

    /** Whether the override changes nothing. */
    default boolean changesNothing() {
        return switch (this) {
            case Ended _, Repeats _, KernelAnswersTheSame _, WatchesNothing _ -> true;
            case StillRefused _, HeldByFloor _, Weakens _, Loosens _ -> false;
        };
    }

    /** A sentence or two for people. */
    default String text() {
        return switch (this) {
            case Ended(PolicyOverride o) ->
                "The override of %s ended at %s and does not count."
                        .formatted(o.call(), TimeText.of(o.until().orElseThrow()));
            case Repeats(PolicyOverride o, Profile profile) ->
                "The override of %s changes nothing: profile %s decides the same.".formatted(o.call(), profile.text());
            case KernelAnswersTheSame(PolicyOverride o, Errno errno, List<Layer> layers) ->
                "The override of %s changes nothing: the kernel answers %s all the same%s."
                        .formatted(o.call(), errno, because(layers));
            case WatchesNothing(PolicyOverride o) ->
                "Watching %s changes nothing: all that passes would pass there too, or is logged anyway."
                        .formatted(o.call());
            case StillRefused(PolicyOverride o, Errno errno, List<Layer> layers) ->
                "The override lets %s pass the filter, and the kernel still answers %s%s."
                        .formatted(o.call(), errno, because(layers));
            case HeldByFloor(PolicyOverride o, Syscall row, Decision floor) ->
                "The override of %s goes only as far as the floor: %s.".formatted(o.call(), floor.words(row));
            case Weakens(PolicyOverride o, String reason, List<Layer> layers) ->
                "The override of %s weakens the jail: %s. %s".formatted(o.call(), reason, guards(layers));
            case Loosens(RowChange change, List<Layer> layers) ->
                "Without an override, %s was '%s' and is '%s': %s. %s"
                        .formatted(
                                change.call().name(),
                                change.before().words(change.call()),
                                change.after().words(change.call()),
                                change.reason(),
                                guards(layers));
        };
    }

    private static String guards(List<Layer> layers) {
        return layers.isEmpty()
                ? "Nothing but the filter guards this call."
                : "What still guards it: " + meanings(layers) + ".";
    }

    private static String because(List<Layer> layers) {
        return layers.isEmpty() ? "" : " (" + meanings(layers) + ")";
    }

    private static String meanings(List<Layer> layers) {
        return layers.stream().map(Layer::meaning).collect(Collectors.joining("; "));
    }
}
