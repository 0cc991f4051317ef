package dev.bailiwick.jail.syscall;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * A condition on the arguments of a system call.
 *
 * <p>In the table, {@code arg0} means all 64 bits. {@code low32(arg0)} means a 32-bit argument (an int, a mode_t): the kernel ignores
 * the upper half of the register, so the rule must ignore it too; otherwise garbage there would bypass the rule.
 *
 * @param text the condition as written in the table
 * @param term the same condition as comparisons of 32-bit words, the only ones that a filter can do
 */
public record ArgumentRule(String text, Term term) {

    private static final int ARGUMENTS = 6;

    /** A half of a 64-bit argument. */
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

    public static ArgumentRule parse(String text) {
        return new ArgumentRule(text, new ArgumentRuleParser(text).parse().term());
    }

    /**
     * Describes the condition in words, for example {@code the second argument (request) is TIOCSTI or TIOCLINUX}.
     *
     * @param call the call whose arguments and values have names
     */
    public String words(Syscall call) {
        return new RuleDescription(ArgumentNames.linux(), call.name()).of(new ArgumentRuleParser(text).parse());
    }

    /** Describes an argument, for example {@code the first argument (flags)}; {@code argument} counts from 0. */
    public static String inWords(Syscall call, int argument) {
        return RuleDescription.argument(call, argument);
    }

    /** @param arguments the call's arguments; missing ones count as 0 */
    public boolean holds(long... arguments) {
        return term.holds(arguments);
    }

    /**
     * Returns the values on both sides of each boundary of each word that this rule reads, in all combinations.
     *
     * @return arguments of a call, six each
     */
    List<List<Long>> boundaryArguments() {
        List<List<Long>> combinations = List.of(List.of());
        for (int argument = 0; argument < ARGUMENTS; argument++) {
            Set<Long> edges = edges(argument);
            combinations = combinations.stream()
                    .flatMap(before -> edges.stream().map(edge -> append(before, edge)))
                    .toList();
        }
        return combinations;
    }

    /**
     * Returns arguments at which this rule's result may change: its {@link #boundaryArguments}, and copies of these in which one bit of
     * an argument that it reads is inverted.
     *
     * @return arguments of a call, six each
     */
    public List<List<Long>> interestingArguments() {
        List<List<Long>> combinations = boundaryArguments();
        Set<List<Long>> calls = new LinkedHashSet<>(combinations);
        for (List<Long> combination : combinations) {
            for (int argument : arguments()) {
                for (int bit = 0; bit < Long.SIZE; bit++) {
                    List<Long> turned = new ArrayList<>(combination);
                    turned.set(argument, combination.get(argument) ^ (1L << bit));
                    calls.add(turned);
                }
            }
        }
        return List.copyOf(calls);
    }

    private static List<Long> append(List<Long> before, long last) {
        List<Long> all = new ArrayList<>(before);
        all.add(last);
        return all;
    }

    private Set<Long> edges(int argument) {
        Set<Long> values = new TreeSet<>(Set.of(0L));
        collect(term, argument, values);
        if (values.size() > 1) {
            values.add(-1L);
        }
        return values;
    }

    private static void collect(Term term, int argument, Set<Long> values) {
        switch (term) {
            case Term.Word word when word.argument() != argument -> {}
            case Term.Word word -> {
                int shift = word.half() == Half.LOW ? 0 : Integer.SIZE;
                for (WordSet.Range range : word.within().ranges()) {
                    for (long edge : new long[] {range.from() - 1, range.from(), range.to(), range.to() + 1}) {
                        values.add((edge & 0xFFFF_FFFFL) << shift);
                    }
                }
                values.add(Integer.toUnsignedLong(word.mask()) << shift);
            }
            case Term.All(List<Term> terms) -> terms.forEach(t -> collect(t, argument, values));
            case Term.Any(List<Term> terms) -> terms.forEach(t -> collect(t, argument, values));
        }
    }

    /** Returns the arguments that this rule reads, ascending. */
    public List<Integer> arguments() {
        return IntStream.range(0, ARGUMENTS)
                .filter(argument -> reads(term, argument))
                .boxed()
                .toList();
    }

    private static boolean reads(Term term, int argument) {
        return switch (term) {
            case Term.Word word -> word.argument() == argument;
            case Term.All(List<Term> terms) -> terms.stream().anyMatch(t -> reads(t, argument));
            case Term.Any(List<Term> terms) -> terms.stream().anyMatch(t -> reads(t, argument));
        };
    }
}
