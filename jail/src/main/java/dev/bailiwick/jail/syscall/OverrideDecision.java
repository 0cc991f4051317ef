package dev.bailiwick.jail.syscall;

import dev.bailiwick.jail.InvalidValue;

/** What an override may decide for a call. */
public sealed interface OverrideDecision {

    /** What a {@link Watch} is written with, before what it watches. */
    String WATCH = "watch:";

    record Allow() implements OverrideDecision {}

    /** @param errno the symbolic name the process sees, for example {@code EPERM} */
    record Deny(String errno) implements OverrideDecision {

        /** A {@link Policy} admits no override whose errno is not known. */
        Errno known() {
            return Errno.named(errno).orElseThrow(() -> new IllegalStateException(errno + " is not a known errno"));
        }
    }

    /** Allow, and count the call as one that would be denied. */
    record Log() implements OverrideDecision {}

    /** End the whole process with SIGSYS. */
    record Kill() implements OverrideDecision {}

    /**
     * Decide as without this override, and count what something staged would refuse beyond that. Such an override stands beside
     * another one of the same call.
     */
    record Watch(Staged staged) implements OverrideDecision {}

    /** What is not in force, only looked at. */
    sealed interface Staged {

        /** The call's row in this profile. */
        record Row(Profile profile) implements Staged {}

        /** @param decision one that refuses: {@link Deny} or {@link Kill} */
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

    /** Whether the call does not happen, whatever its arguments. */
    default boolean refuses() {
        return this instanceof Deny || this instanceof Kill;
    }

    /** The form {@link #parse} reads. */
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
