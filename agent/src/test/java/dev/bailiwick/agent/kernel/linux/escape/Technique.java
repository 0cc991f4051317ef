package dev.bailiwick.agent.kernel.linux.escape;

import dev.bailiwick.jail.syscall.Architecture;
import java.util.List;
import java.util.Set;

/**
 * A way out of a jail, or into a neighbour's jail, that has worked somewhere; {@code src/test/c/escapes} makes the attempt.
 *
 * @param name the name of the attempt in C
 * @param text a description of the attempt
 * @param layer the layer that prevents it
 * @param outside what the same attempt shows outside a jail
 * @param ids the known ways that this attempt covers, as {@link KnownWays} lists them
 * @param architectures the architectures that have the interface
 */
record Technique(
        String name, String text, String layer, Outside outside, List<String> ids, Set<Architecture> architectures) {

    /** How an attempt is shown to be effective. */
    enum Outside {
        /** It works outside, as root. */
        WORKS,
        /** Some kernels lack the interface. If this one does, the result inside proves nothing. */
        MAY_BE_ABSENT,
        /** It could affect the whole machine, or has no counterpart outside. */
        NOT_TRIED
    }

    Technique {
        ids = List.copyOf(ids);
        architectures = Set.copyOf(architectures);
    }

    static Technique technique(String name, String text, String layer) {
        return new Technique(name, text, layer, Outside.WORKS, List.of(), Set.of(Architecture.values()));
    }

    /** Returns the technique with the known ways that it covers. */
    Technique of(String... known) {
        return new Technique(name, text, layer, outside, List.of(known), architectures);
    }

    Technique mayBeAbsent() {
        return new Technique(name, text, layer, Outside.MAY_BE_ABSENT, ids, architectures);
    }

    Technique notTriedOutside() {
        return new Technique(name, text, layer, Outside.NOT_TRIED, ids, architectures);
    }

    /** Returns the technique for an interface that only this architecture has. */
    Technique onlyOn(Architecture architecture) {
        return new Technique(name, text, layer, outside, ids, Set.of(architecture));
    }

    /**
     * The result of one attempt.
     *
     * @param verdict {@code done}, {@code stopped}, {@code untried}, or {@code crashed} if it ended without an answer
     * @param text what was gained, or what prevented it
     */
    record Attempt(String verdict, String text) {

        boolean isDone() {
            return verdict.equals("done");
        }

        boolean isStopped() {
            return verdict.equals("stopped");
        }
    }
}
