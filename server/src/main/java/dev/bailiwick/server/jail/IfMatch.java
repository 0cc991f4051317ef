package dev.bailiwick.server.jail;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;
import java.util.Arrays;
import java.util.Optional;

/** The condition that a change comes with: the generation of a jail that whoever asks has seen (RFC 9110, 13.1.1). */
final class IfMatch {

    private IfMatch() {}

    /** A jail's ETag. */
    static String tag(JailView jail) {
        return "\"" + jail.generation() + "\"";
    }

    /**
     * @param header absent where any generation will do
     * @throws Stale if the jail has another generation
     */
    static void check(Optional<String> header, JailView jail) {
        if (header.isPresent()
                && Arrays.stream(header.get().split(","))
                        .map(String::strip)
                        .noneMatch(tag -> tag.equals("*") || tag.equals(tag(jail)))) {
            throw new Stale(header.get(), jail);
        }
    }

    /** @throws Missing if there is no condition */
    static void require(Optional<String> header, JailView jail) {
        if (header.isEmpty()) {
            throw new Missing();
        }
        check(header, jail);
    }

    /** The jail is not as whoever asks has seen it. */
    static final class Stale extends Failure {

        private static final long serialVersionUID = 1L;

        private Stale(String header, JailView jail) {
            super(
                    GenerationConflict.TYPE,
                    "If-Match is " + header + ", but the jail is at generation " + jail.generation() + ".");
        }
    }

    /** A definition is replaced only by somebody who has seen it. */
    static final class Missing extends Failure {

        private static final ProblemType TYPE =
                ProblemType.lasting(428, "if-match-required", "The change needs a condition");
        private static final long serialVersionUID = 1L;

        private Missing() {
            super(TYPE, "Send If-Match with the ETag of the definition that is to be replaced.");
        }
    }
}
