package dev.bailiwick.jail.syscall;

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
}
