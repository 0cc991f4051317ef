package dev.bailiwick.jail.syscall;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the filter does with one system call, for all its arguments; the input of the compiler. */
public sealed interface Ruling {

    /** The verdict is the same for all arguments. */
    record Settled(Verdict verdict) implements Ruling {}

    record ByArguments(ArgumentRule rule, Verdict then, Verdict otherwise) implements Ruling {}

    /** The ruling is {@code own}, but a call that is allowed is logged if {@code staged} would block it. */
    record Watched(Ruling own, Ruling staged) implements Ruling {}

    /** @param arguments the six words that the kernel shows to a filter; missing ones count as 0 */
    default Verdict verdict(long... arguments) {
        return switch (this) {
            case Settled(Verdict verdict) -> verdict;
            case ByArguments(ArgumentRule rule, Verdict then, Verdict otherwise) ->
                rule.holds(arguments) ? then : otherwise;
            case Watched(Ruling own, Ruling staged) -> watched(own.verdict(arguments), staged.verdict(arguments));
        };
    }

    /** Returns {@code own}, but with a log entry if only {@code staged} would block the call. */
    static Verdict watched(Verdict own, Verdict staged) {
        return own.passes() && !staged.passes() ? new Verdict.Log() : own;
    }

    /** Returns the numbers of the arguments that the ruling reads, ascending; none if it is the same for all. */
    default List<Integer> arguments() {
        return rules().stream()
                .flatMap(rule -> rule.arguments().stream())
                .distinct()
                .sorted()
                .toList();
    }

    /** Returns the conditions that it tests. */
    default List<ArgumentRule> rules() {
        return switch (this) {
            case Settled(Verdict verdict) -> List.of();
            case ByArguments(ArgumentRule rule, Verdict then, Verdict otherwise) -> List.of(rule);
            case Watched(Ruling own, Ruling staged) ->
                Stream.of(own, staged)
                        .flatMap(ruling -> ruling.rules().stream())
                        .distinct()
                        .toList();
        };
    }

    /** Returns all verdicts that it contains. For some of them there may be no arguments. */
    default Set<Verdict> verdicts() {
        return switch (this) {
            case Settled(Verdict verdict) -> Set.of(verdict);
            case ByArguments(ArgumentRule rule, Verdict then, Verdict otherwise) ->
                Stream.of(then, otherwise).collect(Collectors.toUnmodifiableSet());
            case Watched(Ruling own, Ruling staged) ->
                own.verdicts().stream()
                        .flatMap(verdict -> staged.verdicts().stream().map(would -> watched(verdict, would)))
                        .collect(Collectors.toUnmodifiableSet());
        };
    }

    /** Returns the ruling as the table writes it, for example {@code allow if arg2==0, else deny with EPERM}. */
    default String text() {
        return switch (this) {
            case Settled(Verdict verdict) -> verdict.text();
            case ByArguments(ArgumentRule rule, Verdict then, Verdict otherwise) ->
                then.text() + " if " + rule.text() + ", else " + otherwise.text();
            case Watched(Ruling own, Ruling staged) ->
                own.text() + "; logged where this would refuse: " + staged.text();
        };
    }

    /** Describes the ruling in words; {@code call} is the call that it is about. */
    default String words(Syscall call) {
        return switch (this) {
            case Settled(Verdict verdict) -> verdict.text();
            case ByArguments(ArgumentRule rule, Verdict then, Verdict otherwise) ->
                then.equals(otherwise)
                        ? then.text()
                        : then.text() + " if " + rule.words(call) + "; otherwise " + otherwise.text();
            case Watched(Ruling own, Ruling staged) ->
                own.words(call) + "; logged where this would block: " + staged.words(call);
        };
    }

    /**
     * Returns the ruling with the kernel's own error in place of {@link Verdict.Allow}, if the kernel answers one. Two rulings with
     * equal results look the same from inside the jail.
     */
    default Ruling afterKernel(Syscall call) {
        return switch (this) {
            case Settled(Verdict verdict) -> new Settled(verdict.afterKernel(call));
            case ByArguments(ArgumentRule rule, Verdict then, Verdict otherwise) ->
                new ByArguments(rule, then.afterKernel(call), otherwise.afterKernel(call));
            case Watched(Ruling own, Ruling staged) -> new Watched(own.afterKernel(call), staged);
        };
    }
}
