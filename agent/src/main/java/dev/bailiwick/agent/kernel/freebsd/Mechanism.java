package dev.bailiwick.agent.kernel.freebsd;

import dev.bailiwick.jail.syscall.Ruling;

/** How FreeBSD keeps one row of the policy, as {@code rows.table} says. */
sealed interface Mechanism {

    /**
     * A jail parameter that is off unless an override lets the call pass.
     *
     * @param keeps the condition that being off keeps, where it does not block the call; otherwise empty
     */
    record Flag(String parameter, String keeps) implements Mechanism {}

    /** A name space for System V objects: the jail's own, or none at all, which answers ENOSYS. */
    record KeySpace(String parameter) implements Mechanism {}

    /** Refused to every jail. */
    record Refused() implements Mechanism {}

    /** Permitted to every jail. */
    record Permitted() implements Mechanism {}

    /** Permitted to every jail as far as this condition of the row goes. */
    record PermittedIf(String keeps) implements Mechanism {}

    /** There is no such call. */
    record Absent() implements Mechanism {}

    /** Reads the first column of the table. */
    static Mechanism parse(String text) {
        String[] words = text.split(" ", 2);
        return switch (words[0]) {
            case "builtin-deny" -> new Refused();
            case "builtin-allow" -> new Permitted();
            case "absent" -> new Absent();
            case "builtin-if" -> new PermittedIf(words[1]);
            case "sysvmsg", "sysvsem", "sysvshm" -> new KeySpace(words[0]);
            default -> {
                if (!words[0].startsWith("allow.")) {
                    throw new IllegalStateException("rows.table names the unknown mechanism '" + text + "'");
                }
                yield new Flag(words[0], words.length == 1 ? "" : words[1].substring("keeping ".length()));
            }
        };
    }

    /** Whether the call can be refused to a jail. */
    default boolean canDeny() {
        return switch (this) {
            case Flag(String _, String keeps) -> keeps.isEmpty();
            case KeySpace _, Refused _, Absent _ -> true;
            case Permitted _, PermittedIf _ -> false;
        };
    }

    /** Whether the call can be let pass, whatever its arguments. */
    default boolean canAllow() {
        return switch (this) {
            case Flag _, KeySpace _, Permitted _ -> true;
            case Refused _, PermittedIf _, Absent _ -> false;
        };
    }

    /** Whether a profile's row is kept: nothing passes that it refuses. Refusing more than it does is no breach of it. */
    default boolean keeps(Ruling ruling) {
        return switch (ruling) {
            case Ruling.Settled(var verdict) -> verdict.passes() || canDeny();
            case Ruling.ByArguments(var rule, var _, var _) ->
                canDeny() || condition().equals(rule.text());
            case Ruling.Watched(var own, var _) -> keeps(own);
        };
    }

    private String condition() {
        return switch (this) {
            case Flag(String _, String keeps) -> keeps;
            case PermittedIf(String keeps) -> keeps;
            case KeySpace _, Refused _, Permitted _, Absent _ -> "";
        };
    }
}
