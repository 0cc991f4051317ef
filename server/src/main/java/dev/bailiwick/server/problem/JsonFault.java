package dev.bailiwick.server.problem;

import dev.bailiwick.server.bounds.Bound;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamConstraintsException;

/** Explains why a text is invalid JSON, as a predicate. */
public final class JsonFault {

    private static final String TOO_MUCH = "has more than " + Bound.JSON_TOKENS.value()
            + " values, names and brackets, is nested too deeply, or has a name or a number that is too long";

    private JsonFault() {}

    /** @param naming describes the place of the fault */
    public static String of(JacksonException fault, Function<TokenStreamLocation, String> naming) {
        @Nullable TokenStreamLocation place = fault.getLocation();
        return fault instanceof StreamConstraintsException || place == null
                ? TOO_MUCH
                : "is not JSON: " + naming.apply(place);
    }
}
