package dev.bailiwick.jail.syscall;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * A condition on the arguments of a system call, as the table writes it.
 *
 * <p>In the table {@code low32(arg0)} is a 32-bit argument (an int, a mode_t): the kernel ignores the upper half of the
 * register, so the rule does too, else garbage in it would go round the rule. {@code arg0} is all 64 bits.
 *
 * @param text as written in the table
 * @param term the same, taken down to comparisons of 32-bit words, which is all a filter can do
 */
public record ArgumentRule(String text, Term term) {

    private static final int ARGUMENTS = 6;

    /** Which half of a 64-bit argument. */
    public enum Half {
        LOW,
        HIGH;

        int of(long argument) {
            return this == LOW ? (int) argument : (int) (argument >>> 32);
        }
    }

    /** A part of the condition. */
    public sealed interface Term {

        /** The masked word is one of {@code within}. */
        record Word(int argument, Half half, int mask, WordSet within) implements Term {}

        record All(List<Term> terms) implements Term {
            public All {
                terms = List.copyOf(terms);
            }
        }

        record Any(List<Term> terms) implements Term {
            public Any {
                terms = List.copyOf(terms);
            }
        }

        default boolean holds(long[] arguments) {
            return switch (this) {
                case Word(int argument, Half half, int mask, WordSet within) ->
                    within.contains(half.of(argument < arguments.length ? arguments[argument] : 0) & mask);
                case All(List<Term> terms) -> terms.stream().allMatch(t -> t.holds(arguments));
                case Any(List<Term> terms) -> terms.stream().anyMatch(t -> t.holds(arguments));
            };
        }
    }

    static ArgumentRule parse(String text) {
        return new ArgumentRule(text, new ArgumentRuleParser(text).parse());
    }

    /** @param arguments the call's arguments; missing ones count as 0 */
    public boolean holds(long... arguments) {
        return term.holds(arguments);
    }

    /**
     * Values of one argument at which this rule may change its mind: both sides of every boundary, each with every single
     * bit flipped, and with garbage in the upper half. Only 0 where the rule does not look at the argument.
     */
    public List<Long> interesting(int argument) {
        TreeSet<Long> values = new TreeSet<>();
        collect(term, argument, values);
        if (values.isEmpty()) {
            return List.of(0L);
        }
        for (long value : List.copyOf(values)) {
            for (int bit = 0; bit < Long.SIZE; bit++) {
                values.add(value ^ (1L << bit));
            }
            values.add(value | 0xDEAD_BEEF_0000_0000L);
        }
        values.add(0L);
        values.add(-1L);
        return List.copyOf(values);
    }

    private static void collect(Term term, int argument, TreeSet<Long> values) {
        switch (term) {
            case Term.Word word when word.argument() != argument -> {}
            case Term.Word(int index, Half half, int mask, WordSet within) -> {
                int shift = half == Half.LOW ? 0 : 32;
                for (WordSet.Range range : within.ranges()) {
                    for (long edge : new long[] {range.from() - 1, range.from(), range.to(), range.to() + 1}) {
                        values.add((edge & 0xFFFF_FFFFL) << shift);
                    }
                }
            }
            case Term.All(List<Term> terms) -> terms.forEach(t -> collect(t, argument, values));
            case Term.Any(List<Term> terms) -> terms.forEach(t -> collect(t, argument, values));
        }
    }

    /** The arguments this rule looks at, ascending. */
    public List<Integer> arguments() {
        List<Integer> read = new ArrayList<>();
        for (int argument = 0; argument < ARGUMENTS; argument++) {
            TreeSet<Long> values = new TreeSet<>();
            collect(term, argument, values);
            if (!values.isEmpty()) {
                read.add(argument);
            }
        }
        return read;
    }
}
