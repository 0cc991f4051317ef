package dev.bailiwick.jail.syscall;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the filter does about one system call, whatever its arguments; the compiler's input. */
public sealed interface Ruling {

    /** The same for all arguments. */
    record Settled(Verdict verdict) implements Ruling {}

    record ByArguments(ArgumentRule rule, Verdict then, Verdict otherwise) implements Ruling {}

    /** As {@code own}; a call that passes is logged if {@code staged} would block it. */
    record Watched(Ruling own, Ruling staged) implements Ruling {}

    /** @param arguments the six words the kernel shows a filter; missing ones count as 0 */
    default Verdict verdict(long... arguments) {
        return switch (this) {
            case Settled(Verdict verdict) -> verdict;
            case ByArguments(ArgumentRule rule, Verdict then, Verdict otherwise) ->
                rule.holds(arguments) ? then : otherwise;
            case Watched(Ruling own, Ruling staged) -> watched(own.verdict(arguments), staged.verdict(arguments));
        };
    }

    /** {@code own} with {@code staged} watched. */
    static Verdict watched(Verdict own, Verdict staged) {
        return own.passes() && !staged.passes() ? new Verdict.Log() : own;
    }

    /** The arguments that it reads, ascending; none if it is the same for all. */
    default List<Integer> arguments() {
        return rules().stream()
                .flatMap(rule -> rule.arguments().stream())
                .distinct()
                .sorted()
                .toList();
    }

    /** The conditions that it tests. */
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

    /** All verdicts that it contains. For some of them there may be no arguments. */
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

    /** As the table writes it, for example {@code allow if arg2==0, else deny with EPERM}. */
    default String text() {
        return switch (this) {
            case Settled(Verdict verdict) -> verdict.text();
            case ByArguments(ArgumentRule rule, Verdict then, Verdict otherwise) ->
                then.text() + " if " + rule.text() + ", else " + otherwise.text();
            case Watched(Ruling own, Ruling staged) ->
                own.text() + "; logged where this would refuse: " + staged.text();
        };
    }

    /** For people; {@code call} is the call that is decided. */
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

    /** The same with the kernel's own error instead of a plain pass: two equal results look the same from inside the jail. */
    default Ruling afterKernel(Syscall call) {
        return switch (this) {
            case Settled(Verdict verdict) -> new Settled(verdict.afterKernel(call));
            case ByArguments(ArgumentRule rule, Verdict then, Verdict otherwise) ->
                new ByArguments(rule, then.afterKernel(call), otherwise.afterKernel(call));
            case Watched(Ruling own, Ruling staged) -> new Watched(own.afterKernel(call), staged);
        };
    }
}
