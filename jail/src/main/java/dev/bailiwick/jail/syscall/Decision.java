package dev.bailiwick.jail.syscall;

/** The decision of a profile about one system call. */
public sealed interface Decision {

    /** The call is harmless in a jail. */
    record Allow() implements Decision {}

    /** The call is harmless only with some arguments; with all others the process sees {@code otherwise}. */
    record AllowIf(ArgumentRule rule, Errno otherwise) implements Decision {}

    /** The call is harmless except with some arguments; with those nothing is done, and the process sees 0 as after a success. */
    record IgnoreIf(ArgumentRule rule) implements Decision {}

    /** The filter allows it, because {@code by}, a part of the kernel, keeps its effect inside the jail. */
    record Contained(Layer by) implements Decision {}

    /** The filter blocks the call. */
    record Deny(Errno errno) implements Decision {}

    /** Returns what the filter does with the call. */
    default Ruling ruling() {
        return switch (this) {
            case Allow() -> new Ruling.Settled(new Verdict.Allow());
            case AllowIf(ArgumentRule rule, Errno otherwise) ->
                new Ruling.ByArguments(rule, new Verdict.Allow(), new Verdict.Deny(otherwise));
            case IgnoreIf(ArgumentRule rule) -> new Ruling.ByArguments(rule, new Verdict.Ignore(), new Verdict.Allow());
            case Contained(Layer by) -> new Ruling.Settled(new Verdict.Allow());
            case Deny(Errno errno) -> new Ruling.Settled(new Verdict.Deny(errno));
        };
    }

    /** Returns the decision with its condition as the table writes it. */
    default String text() {
        return switch (this) {
            case Allow() -> "allow";
            case AllowIf(ArgumentRule rule, Errno otherwise) -> "allow if " + rule.text() + ", else " + otherwise;
            case IgnoreIf(ArgumentRule rule) -> "answer 0 without effect if " + rule.text() + ", else allow";
            case Contained(Layer by) -> "contained by " + by.word();
            case Deny(Errno errno) -> "deny with " + errno;
        };
    }

    /** Describes the decision in words; {@code call} is the call that it is about. */
    default String words(Syscall call) {
        return switch (this) {
            case AllowIf(ArgumentRule rule, Errno otherwise) ->
                "allow if " + rule.words(call) + "; otherwise deny with " + otherwise;
            case IgnoreIf(ArgumentRule rule) -> "answer 0 without effect if " + rule.words(call) + "; otherwise allow";
            case Allow _, Contained _, Deny _ -> text();
        };
    }

    /** Reads a cell of the table; {@code otherwise} is the row's errno for arguments that its rule blocks. */
    public static Decision parse(String cell, String otherwise) {
        if (cell.equals("allow")) {
            return new Allow();
        }
        if (cell.startsWith("allow-if ")) {
            return new AllowIf(ArgumentRule.parse(cell.substring("allow-if ".length())), errno(otherwise));
        }
        if (cell.startsWith("ignore-if ")) {
            return new IgnoreIf(ArgumentRule.parse(cell.substring("ignore-if ".length())));
        }
        if (cell.startsWith("contained-by ")) {
            return new Contained(Layer.ofWord(cell.substring("contained-by ".length())));
        }
        if (cell.startsWith("deny-")) {
            return new Deny(errno(cell.substring("deny-".length())));
        }
        throw new MalformedTable("has the unknown decision '" + cell + "'");
    }

    private static Errno errno(String name) {
        return Errno.named(name).orElseThrow(() -> new MalformedTable("names the unknown errno '" + name + "'"));
    }
}
