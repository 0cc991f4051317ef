package dev.bailiwick.server.jail;

import dev.bailiwick.server.jail.intent.GenerationConflict;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.request.IfMatch;

/** A change of a jail that is meant for one generation of it, or for whichever it has. */
public final class ConditionalChange {

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
}
