package dev.bailiwick.jail.seccomp;

import dev.bailiwick.jail.syscall.ArgumentRule.Half;
import dev.bailiwick.jail.syscall.ArgumentRule.Term;
import dev.bailiwick.jail.syscall.WordSet;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Converts an argument rule to a decision graph in which no path reads the same word twice. Each step reads one word, and continues
 * with the rest of the rule for each range of the word's values.
 */
final class RuleGraph {

    private static final Term TRUE = new Term.All(List.of());
    private static final Term FALSE = new Term.Any(List.of());

    private final Node then;
    private final Node otherwise;

    private RuleGraph(Node then, Node otherwise) {
        this.then = then;
        this.otherwise = otherwise;
    }

    static Node of(Term term, Node then, Node otherwise) {
        return new RuleGraph(then, otherwise).node(term);
    }

    private Node node(Term term) {
        Optional<Term.Word> word = firstWord(term);
        if (word.isEmpty()) {
            return term.equals(TRUE) ? then : otherwise;
        }
        Term.Word asked = word.get();
        NavigableMap<Long, Node> starts = new TreeMap<>();
        for (long start : boundaries(term, asked)) {
            starts.put(start, node(assume(term, asked, (int) start)));
        }
        Node tree = DecisionTree.over(starts);
        return new Node.Load(
                offset(asked.argument(), asked.half()), asked.mask() == -1 ? tree : new Node.And(asked.mask(), tree));
    }

    private static Optional<Term.Word> firstWord(Term term) {
        return switch (term) {
            case Term.Word word -> Optional.of(word);
            case Term.All(List<Term> terms) ->
                terms.stream().flatMap(t -> firstWord(t).stream()).findFirst();
            case Term.Any(List<Term> terms) ->
                terms.stream().flatMap(t -> firstWord(t).stream()).findFirst();
        };
    }

    /** Returns the values of the word at which the term's result may change; always includes 0. */
    private static Set<Long> boundaries(Term term, Term.Word asked) {
        Set<Long> starts = new HashSet<>(List.of(0L));
        switch (term) {
            case Term.Word word when !isSameWord(word, asked) -> {}
            case Term.Word word -> {
                word.within().ranges().forEach(r -> starts.add(r.from()));
                word.within().complement().ranges().forEach(r -> starts.add(r.from()));
            }
            case Term.All(List<Term> terms) -> terms.forEach(t -> starts.addAll(boundaries(t, asked)));
            case Term.Any(List<Term> terms) -> terms.forEach(t -> starts.addAll(boundaries(t, asked)));
        }
        return starts;
    }

    /** Returns the part of the term that is still undecided if the word has this value. */
    private static Term assume(Term term, Term.Word asked, int value) {
        return switch (term) {
            case Term.Word word when !isSameWord(word, asked) -> word;
            case Term.Word(int argument, Half half, int mask, WordSet within) -> within.contains(value) ? TRUE : FALSE;
            case Term.All(List<Term> terms) -> {
                List<Term> left = remaining(terms, asked, value, TRUE);
                yield left.contains(FALSE) ? FALSE : left.size() == 1 ? left.getFirst() : new Term.All(left);
            }
            case Term.Any(List<Term> terms) -> {
                List<Term> left = remaining(terms, asked, value, FALSE);
                yield left.contains(TRUE) ? TRUE : left.size() == 1 ? left.getFirst() : new Term.Any(left);
            }
        };
    }

    /** @param neutral the value that does not change the result of the other terms */
    private static List<Term> remaining(List<Term> terms, Term.Word asked, int value, Term neutral) {
        List<Term> left = new ArrayList<>();
        for (Term term : terms) {
            Term rest = assume(term, asked, value);
            if (!rest.equals(neutral)) {
                left.add(rest);
            }
        }
        return left;
    }

    private static boolean isSameWord(Term.Word one, Term.Word other) {
        return one.argument() == other.argument() && one.half() == other.half() && one.mask() == other.mask();
    }

    /** Returns the offset in struct seccomp_data. In little endian, the low half of an argument comes first. */
    private static int offset(int argument, Half half) {
        return Bpf.ARGUMENTS + argument * Long.BYTES + (half == Half.LOW ? 0 : Integer.BYTES);
    }
}
