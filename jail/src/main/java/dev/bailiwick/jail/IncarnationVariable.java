package dev.bailiwick.jail;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The incarnation of a definition as a variable of its environment. Agents of the version before incarnations restart a jail
 * when its environment changes, so they are sent this variable. Later agents take it out of the environment again, and their
 * fingerprints cover it in its place, so that the upgrade of an agent restarts no jail.
 */
public final class IncarnationVariable {

    /** No definition has a variable of this name of its own. */
    public static final String NAME = "BAILIWICK_INCARNATION";

    private IncarnationVariable() {}

    /** The environment of a definition, and the variable unless the incarnation is 0. */
    public static SortedMap<String, String> addedTo(JailDefinition definition) {
        SortedMap<String, String> environment =
                new TreeMap<>(definition.command().environment());
        if (definition.incarnation() > 0) {
            environment.put(NAME, Long.toString(definition.incarnation()));
        }
        return environment;
    }

    public static SortedMap<String, String> removedFrom(Map<String, String> environment) {
        SortedMap<String, String> rest = new TreeMap<>(environment);
        rest.remove(NAME);
        return rest;
    }

    /**
     * The incarnation that an environment names, 0 if it names none.
     *
     * @throws InvalidValue if it names something else
     */
    public static long in(Map<String, String> environment) {
        String text = environment.getOrDefault(NAME, "0");
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new InvalidValue("has a variable " + NAME + " that is not a number");
        }
    }
}
