package dev.bailiwick.agent.kernel.freebsd;

import dev.bailiwick.jail.syscall.Ruling;

/** The way in which FreeBSD enforces a row of the policy, as in {@code rows.table}. */
sealed interface Mechanism {

    /**
     * A jail parameter that is off unless an override allows the call.
     *
     * @param keeps the condition that the kernel enforces while the parameter is off; empty if it then blocks the call
     */
    record Flag(String parameter, String keeps) implements Mechanism {}

    /** A name space for System V objects: the jail's own, or none at all, and then calls fail with ENOSYS. */
    record KeySpace(String parameter) implements Mechanism {}

    /** Denied to every jail. */
    record Refused() implements Mechanism {}

    /** Allowed to every jail. */
    record Permitted() implements Mechanism {}

    /** Allowed to every jail under this condition of the row. */
    record PermittedIf(String keeps) implements Mechanism {}

    /** FreeBSD has no such call. */
    record Absent() implements Mechanism {}

    /** Parses the first column of the table. */
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

    /** Returns whether the call can be denied to a jail. */
    default boolean canDeny() {
        return switch (this) {
            case Flag(String _, String keeps) -> keeps.isEmpty();
            case KeySpace _, Refused _, Absent _ -> true;
            case Permitted _, PermittedIf _ -> false;
        };
    }

    /** Returns whether the call can be allowed, whatever its arguments. */
    default boolean canAllow() {
        return switch (this) {
            case Flag _, KeySpace _, Permitted _ -> true;
            case Refused _, PermittedIf _, Absent _ -> false;
        };
    }

    /**
     * Returns whether the kernel enforces a profile's row: no call passes that the row denies. Denying more than the row is permitted.
     */
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
