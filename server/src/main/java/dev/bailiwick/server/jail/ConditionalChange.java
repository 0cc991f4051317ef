package dev.bailiwick.server.jail;

import dev.bailiwick.server.jail.intent.GenerationConflict;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.problem.IfMatch;
import java.util.function.Supplier;

/** A change of a jail that is meant for one generation of it, or for whichever it has. */
public final class ConditionalChange {

    /** How often a change without a condition is tried: batches with the same jail may come in between. */
    private static final int ATTEMPTS = 20;

    private ConditionalChange() {}

    /**
     * The jail, if the condition admits its generation. The transaction of the change expects the same generation, so nothing comes
     * between this check and the change.
     *
     * @throws GenerationConflict if the jail is not as the caller has seen it
     */
    public static JailView requireMatch(IfMatch condition, JailView jail) {
        if (!condition.admits(jail.generation())) {
            throw new GenerationConflict(condition, jail.generation());
        }
        return jail;
    }

    /**
     * Makes a change. Without a condition, a change that another one has overtaken is tried again.
     *
     * @throws GenerationConflict if the jail is not as the caller has seen it, or is overtaken every time
     */
    public static <T> T retryOnConflict(IfMatch condition, Supplier<T> change) {
        for (int attempt = 1; ; attempt++) {
            try {
                return change.get();
            } catch (GenerationConflict conflict) {
                if (condition.namesVersion() || attempt == ATTEMPTS) {
                    throw conflict;
                }
            }
        }
    }
}
