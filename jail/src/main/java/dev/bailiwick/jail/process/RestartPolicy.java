package dev.bailiwick.jail.process;

import dev.bailiwick.jail.validation.InvalidValue;
import java.util.Locale;
import java.util.OptionalInt;

/**
 * Whether a jail is started again after its init has ended by itself.
 *
 * @param limit the number of restarts in a row after which the jail stays ended, 1 to 1,000; empty for no limit
 */
public record RestartPolicy(Mode mode, OptionalInt limit) {

    public static final RestartPolicy ALWAYS = new RestartPolicy(Mode.ALWAYS, OptionalInt.empty());

    private static final int MAX_LIMIT = 1000;

    public enum Mode {
        /** After every end. */
        ALWAYS,
        /** Unless the init exited with status 0. An end that nobody saw counts as a failure. */
        ON_FAILURE,
        /** After no end: the init is executed once at most, also if its host fails meanwhile. */
        NEVER;

        /** @throws InvalidValue if no mode has this {@link #text()} */
        public static Mode parse(String text) {
            return switch (text.strip()) {
                case "always" -> ALWAYS;
                case "on-failure" -> ON_FAILURE;
                case "never" -> NEVER;
                default -> throw new InvalidValue("must be 'always', 'on-failure' or 'never'");
            };
        }

        public String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    public RestartPolicy {
        if (limit.isPresent() && (limit.getAsInt() < 1 || limit.getAsInt() > MAX_LIMIT)) {
            throw new InvalidValue("must be 1 to 1,000 restarts");
        }
        if (limit.isPresent() && mode == Mode.NEVER) {
            throw new InvalidValue("has no meaning where restartPolicy is 'never'");
        }
    }
}
