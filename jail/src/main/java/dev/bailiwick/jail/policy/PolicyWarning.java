package dev.bailiwick.jail.policy;

import dev.bailiwick.jail.syscall.Decision;
import dev.bailiwick.jail.syscall.Errno;
import dev.bailiwick.jail.syscall.Layer;
import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.jail.syscall.Syscall;
import dev.bailiwick.jail.text.TimeText;
import java.util.List;
import java.util.stream.Collectors;

/** Something that the author of a policy should know about it. */
public sealed interface PolicyWarning {

    /** Returns the name of the system call that the warning is about. */
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

    /** No process sees a difference, because the kernel itself blocks the call that the filter would allow. */
    record KernelAnswersTheSame(PolicyOverride override, Errno errno, List<Layer> layers) implements OfOverride {}

    /** The watched profile or decision would block nothing that is allowed now, or the call is logged anyway. */
    record WatchesNothing(PolicyOverride override) implements OfOverride {}

    /** The override allows the call, but the kernel still blocks it, perhaps with another error than the profile. */
    record StillRefused(PolicyOverride override, Errno errno, List<Layer> layers) implements OfOverride {}

    /** The override allows the call only with arguments that the floor does not block. */
    record HeldByFloor(PolicyOverride override, Syscall row, Decision floor) implements OfOverride {}

    /**
     * Processes may do more than under the profile.
     *
     * @param reason why the profile decides differently
     * @param layers the layers below the filter that still keep the call's effect inside the jail
     */
    record Weakens(PolicyOverride override, String reason, List<Layer> layers) implements OfOverride {}

    /**
     * Processes may do more than under the other policy, although no override allows it: the profile has changed, or an override
     * was removed.
     *
     * @param layers the layers below the filter that still keep the call's effect inside the jail
     */
    record Loosens(RowChange change, List<Layer> layers) implements PolicyWarning {
        @Override
        public String call() {
            return change.call().name();
        }
    }

    /** Returns a stable word that programs may compare. */
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

    /** Returns whether the override changes nothing. */
    default boolean changesNothing() {
        return switch (this) {
            case Ended _, Repeats _, KernelAnswersTheSame _, WatchesNothing _ -> true;
            case StillRefused _, HeldByFloor _, Weakens _, Loosens _ -> false;
        };
    }

    /** Describes the warning in a sentence or two. */
    default String text() {
        return switch (this) {
            case Ended(PolicyOverride o) ->
                "The override of %s ended at %s and does not count."
                        .formatted(o.call(), TimeText.of(o.until().orElseThrow()));
            case Repeats(PolicyOverride o, Profile profile) ->
                "The override of %s changes nothing: profile %s decides the same.".formatted(o.call(), profile.text());
            case KernelAnswersTheSame(PolicyOverride o, Errno errno, List<Layer> layers) ->
                "The override of %s changes nothing: the kernel still answers %s%s."
                        .formatted(o.call(), errno, because(layers));
            case WatchesNothing(PolicyOverride o) ->
                "Watching %s changes nothing: the staged policy allows all that is allowed now, or the call is logged anyway."
                        .formatted(o.call());
            case StillRefused(PolicyOverride o, Errno errno, List<Layer> layers) ->
                "With this override the filter allows %s, but the kernel still answers %s%s."
                        .formatted(o.call(), errno, because(layers));
            case HeldByFloor(PolicyOverride o, Syscall row, Decision floor) ->
                "No override of %s can allow more than the floor: %s.".formatted(o.call(), floor.words(row));
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
                ? "Only the filter guarded against this call."
                : "Other layers still guard against it: " + meanings(layers) + ".";
    }

    private static String because(List<Layer> layers) {
        return layers.isEmpty() ? "" : " (" + meanings(layers) + ")";
    }

    private static String meanings(List<Layer> layers) {
        return layers.stream().map(Layer::meaning).collect(Collectors.joining("; "));
    }
}
