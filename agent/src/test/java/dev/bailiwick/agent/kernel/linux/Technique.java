package dev.bailiwick.agent.kernel.linux;

/**
 * One way out of a jail, or over to a neighbour's, that has worked somewhere; {@code src/test/c/escapes} makes the attempt.
 *
 * @param name of the attempt in C
 * @param text what is tried
 * @param layer what stops it
 * @param outside what the same attempt shows outside a jail
 */
record Technique(String name, String text, String layer, Outside outside) {

    /** What shows that an attempt is a real one. */
    enum Outside {
        /** It works there, by root in no jail. */
        WORKS,
        /** Not every kernel has the interface at all; where this one has not, what is observed inside says nothing. */
        MAY_BE_ABSENT,
        /** It could touch the whole machine, or has no counterpart there. */
        NOT_TRIED
    }

    static Technique technique(String name, String text, String layer) {
        return new Technique(name, text, layer, Outside.WORKS);
    }

    Technique mayBeAbsent() {
        return new Technique(name, text, layer, Outside.MAY_BE_ABSENT);
    }

    Technique notTriedOutside() {
        return new Technique(name, text, layer, Outside.NOT_TRIED);
    }

    /**
     * What came of one attempt.
     *
     * @param verdict {@code done}, {@code stopped} or {@code untried}
     * @param text what was gained, or what stopped it
     */
    record Attempt(String verdict, String text) {

        boolean isDone() {
            return verdict.equals("done");
        }
    }
}
