package dev.bailiwick.jail;

import dev.bailiwick.jail.validation.InvalidValue;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The incarnation of a definition as a variable of its environment. The server sends this variable for agents of earlier versions,
 * which do not know incarnations but restart a jail when its environment changes. Later agents remove it from the environment, and
 * their fingerprints cover the incarnation in its place. So the upgrade of an agent restarts no jail.
 */
public final class IncarnationVariable {

    /** No definition may set a variable of this name. */
    public static final String NAME = "BAILIWICK_INCARNATION";

    private IncarnationVariable() {}

    /** Returns the environment of a definition, with the variable unless the incarnation is 0. */
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
     * Returns the incarnation in an environment; 0 if it has no such variable.
     *
     * @throws InvalidValue if the value of the variable is not a number
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
