package dev.bailiwick.jail.process;

import dev.bailiwick.jail.validation.InvalidValue;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The user of a jail as whom its command runs, and optionally the group. Names are those of the jail's own {@code /etc/passwd} and
 * {@code /etc/group}.
 *
 * @param user a name, or an id from 0 to 65535
 * @param group a name, or an id from 0 to 65535; empty for the user's own group
 */
public record CommandUser(String user, Optional<String> group) {

    public static final int MAX_ID = 65_535;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}");

    public CommandUser {
        check(user);
        group.ifPresent(CommandUser::check);
    }

    /** Reads {@code user} or {@code user:group}. */
    public static CommandUser parse(String text) {
        String[] parts = text.strip().split(":", 2);
        return new CommandUser(parts[0], parts.length == 1 ? Optional.empty() : Optional.of(parts[1]));
    }

    /** Returns whether a name of a user or group is an id. */
    public static boolean isId(String name) {
        return name.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private static void check(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new InvalidValue(
                    "must be a user, or user:group; each is an id, or a name of 1 to 32 letters, digits, '_', '-' and '.', which does not begin with '-' or '.'");
        }
        if (isId(name) && Long.parseLong(name.length() > 9 ? "999999999" : name) > MAX_ID) {
            throw new InvalidValue("must have ids from 0 to " + MAX_ID);
        }
    }

    @Override
    public String toString() {
        return user + group.map(name -> ":" + name).orElse("");
    }
}
