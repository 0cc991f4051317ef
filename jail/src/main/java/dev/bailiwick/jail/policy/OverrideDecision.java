package dev.bailiwick.jail.policy;

import dev.bailiwick.jail.syscall.Errno;
import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.jail.validation.InvalidValue;

/** The decision of an override about a call. */
public sealed interface OverrideDecision {

    /** The prefix of a {@link Watch} in its text form. */
    String WATCH = "watch:";

    record Allow() implements OverrideDecision {}

    /** @param errno the name of the error that the process sees, for example {@code EPERM} */
    record Deny(String errno) implements OverrideDecision {

        /** Returns the error. It exists, because a {@link Policy} rejects an override with an unknown one. */
        Errno known() {
            return Errno.named(errno).orElseThrow(() -> new IllegalStateException(errno + " is not a known errno"));
        }
    }

    /** Allows the call, and counts it as one that would be blocked. */
    record Log() implements OverrideDecision {}

    /** Kills the whole process with SIGSYS. */
    record Kill() implements OverrideDecision {}

    /**
     * Decides as without this override, and counts the calls that only a staged profile or decision would block. Such an override can
     * exist beside another one for the same call.
     */
    record Watch(Staged staged) implements OverrideDecision {}

    /** A profile's row or a decision that is watched without being in force. */
    sealed interface Staged {

        /** The call's row in this profile. */
        record Row(Profile profile) implements Staged {}

        /** @param decision {@link Deny} or {@link Kill} */
        record Refusal(OverrideDecision decision) implements Staged {
            public Refusal {
                if (!decision.refuses()) {
                    throw new InvalidValue("must watch a refusal: 'deny:ERRNO' or 'kill'");
                }
            }
        }

        private static Staged parse(String text) {
            return Profile.named(text).<Staged>map(Row::new).orElseGet(() -> new Refusal(OverrideDecision.parse(text)));
        }

        private String text() {
            return switch (this) {
                case Row(Profile profile) -> profile.text();
                case Refusal(OverrideDecision decision) -> decision.text();
            };
        }
    }

    /**
     * Reads {@code allow}, {@code deny}, {@code deny:ERRNO}, {@code log} or {@code kill}, where plain {@code deny} means EPERM; or
     * {@code watch:PROFILE}, {@code watch:deny:ERRNO} or {@code watch:kill}.
     *
     * @throws InvalidValue if it is none of them
     */
    static OverrideDecision parse(String text) {
        return switch (text) {
            case "allow" -> new Allow();
            case "deny" -> new Deny("EPERM");
            case "log" -> new Log();
            case "kill" -> new Kill();
            default -> {
                if (text.startsWith(WATCH)) {
                    yield new Watch(Staged.parse(text.substring(WATCH.length())));
                }
                if (!text.startsWith("deny:E")) {
                    throw new InvalidValue(
                            "must be 'allow', 'deny', 'deny:ERRNO', 'log', 'kill' or 'watch:' with a profile or a refusal");
                }
                yield new Deny(text.substring("deny:".length()));
            }
        };
    }

    /** Returns whether the call is blocked for all arguments. */
    default boolean refuses() {
        return this instanceof Deny || this instanceof Kill;
    }

    /** Returns the text that {@link #parse} reads. */
    default String text() {
        return switch (this) {
            case Allow() -> "allow";
            case Deny(String errno) -> "deny:" + errno;
            case Log() -> "log";
            case Kill() -> "kill";
            case Watch(Staged staged) -> WATCH + staged.text();
        };
    }
}
