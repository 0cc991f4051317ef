package dev.bailiwick.agent.kernel.linux.escape;

import dev.bailiwick.jail.syscall.Architecture;
import java.util.List;
import java.util.Set;

/**
 * One way out of a jail, or over to a neighbour's, that has worked somewhere; {@code src/test/c/escapes} makes the attempt.
 *
 * @param name of the attempt in C
 * @param text what is tried
 * @param layer what stops it
 * @param outside what the same attempt shows outside a jail
 * @param ids of the known ways, as {@link KnownWays} lists them, that this is a try of
 * @param architectures that have the interface at all
 */
record Technique(
        String name, String text, String layer, Outside outside, List<String> ids, Set<Architecture> architectures) {

    /** What shows that an attempt is a real one. */
    enum Outside {
        /** It works there, by root in no jail. */
        WORKS,
        /** Not every kernel has the interface at all; where this one has not, what is observed inside says nothing. */
        MAY_BE_ABSENT,
        /** It could touch the whole machine, or has no counterpart there. */
        NOT_TRIED
    }

    Technique {
        ids = List.copyOf(ids);
        architectures = Set.copyOf(architectures);
    }

    static Technique technique(String name, String text, String layer) {
        return new Technique(name, text, layer, Outside.WORKS, List.of(), Set.of(Architecture.values()));
    }

    /** A try of these. */
    Technique of(String... known) {
        return new Technique(name, text, layer, outside, List.of(known), architectures);
    }

    Technique mayBeAbsent() {
        return new Technique(name, text, layer, Outside.MAY_BE_ABSENT, ids, architectures);
    }

    Technique notTriedOutside() {
        return new Technique(name, text, layer, Outside.NOT_TRIED, ids, architectures);
    }

    /** A technique on an interface that no other architecture has. */
    Technique onlyOn(Architecture architecture) {
        return new Technique(name, text, layer, outside, ids, Set.of(architecture));
    }

    /**
     * What came of one attempt.
     *
     * @param verdict {@code done}, {@code stopped}, {@code untried}, or {@code crashed} where it ended without an answer
     * @param text what was gained, or what stopped it
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
