package dev.bailiwick.jail.syscall;

import java.util.List;

/** What the filter does about one system call, whatever its arguments; the compiler's input. */
public sealed interface Ruling {

    /** The same for all arguments. */
    record Settled(Verdict verdict) implements Ruling {}

    record ByArguments(ArgumentRule rule, Verdict then, Verdict otherwise) implements Ruling {}

    /** @param arguments the six words the kernel shows a filter; missing ones count as 0 */
    default Verdict verdict(long... arguments) {
        return switch (this) {
            case Settled(Verdict verdict) -> verdict;
            case ByArguments(ArgumentRule rule, Verdict then, Verdict otherwise) ->
                rule.holds(arguments) ? then : otherwise;
        };
    }

    /** The arguments it looks at, ascending; none where it is the same for all. */
    default List<Integer> arguments() {
        return switch (this) {
            case Settled(Verdict verdict) -> List.of();
            case ByArguments(ArgumentRule rule, Verdict then, Verdict otherwise) -> rule.arguments();
        };
    }

    /** For people, for example {@code allow if arg2==0, else deny with EPERM}. */
    default String text() {
        return switch (this) {
            case Settled(Verdict verdict) -> verdict.text();
            case ByArguments(ArgumentRule rule, Verdict then, Verdict otherwise) ->
                then.text() + " if " + rule.text() + ", else " + otherwise.text();
        };
    }

    /** With the kernel's own refusal in place of a mere pass: equal ones can not be told apart from inside. */
    default Ruling afterKernel(Syscall call) {
        return switch (this) {
            case Settled(Verdict verdict) -> new Settled(verdict.afterKernel(call));
            case ByArguments(ArgumentRule rule, Verdict then, Verdict otherwise) ->
                new ByArguments(rule, then.afterKernel(call), otherwise.afterKernel(call));
        };
    }
}
