package dev.bailiwick.jail.process;

import dev.bailiwick.jail.validation.InvalidValue;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A directory that exists when the command of a jail starts, although {@code /run} is empty then.
 *
 * @param path below {@code /run}; directories between them belong to root and have the mode 0755
 * @param owner a user of the jail and optionally a group; empty for the user of the command
 * @param mode permissions, 0 to 07777
 */
public record RunDirectory(String path, Optional<CommandUser> owner, int mode) {

    public static final int DEFAULT_MODE = 0755;

    private static final String TOP = "/run/";
    private static final int MAX_CHARACTERS = 200;
    private static final Pattern PART = Pattern.compile("[A-Za-z0-9_@:+.-]+");
    private static final Pattern MODE = Pattern.compile("[0-7]{1,5}");
    private static final int MAX_MODE = 07777;
    private static final String NO_OWNER = "-";

    public RunDirectory {
        if (!path.startsWith(TOP)) {
            throw new InvalidValue("must be a path below /run");
        }
        if (path.length() > MAX_CHARACTERS) {
            throw new InvalidValue("is longer than " + MAX_CHARACTERS + " characters");
        }
        for (String part : path.substring(TOP.length()).split("/", -1)) {
            if (!PART.matcher(part).matches() || part.equals(".") || part.equals("..")) {
                throw new InvalidValue(
                        "must have parts of letters, digits, '_', '@', ':', '+', '.' and '-', none of them '.' or '..'");
            }
        }
        checkMode(mode);
    }

    /** Reads the octal permissions of a directory. */
    public static int parseMode(String text) {
        if (!MODE.matcher(text.strip()).matches()) {
            throw new InvalidValue("must be an octal number from 0 to 7777, for example 0755");
        }
        return checkMode(Integer.parseInt(text.strip(), 8));
    }

    private static int checkMode(int mode) {
        if (mode < 0 || mode > MAX_MODE) {
            throw new InvalidValue("must be an octal number from 0 to 7777, for example 0755");
        }
        return mode;
    }

    public String modeText() {
        return String.format(Locale.ROOT, "%04o", mode);
    }

    /** Returns the path relative to {@code /run}. */
    public String belowRun() {
        return path.substring(TOP.length());
    }

    /** Returns the paths of the directories above this one, from the top, and its own, each relative to {@code /run}. */
    public Stream<String> withAbove() {
        String below = belowRun();
        return IntStream.rangeClosed(1, below.length())
                .filter(end -> end == below.length() || below.charAt(end) == '/')
                .mapToObj(end -> below.substring(0, end));
    }

    /** Reads what {@link #toString} returns. */
    public static RunDirectory parse(String text) {
        String[] words = text.split(" ", -1);
        if (words.length != 3) {
            throw new InvalidValue("must be a path, an owner or '-', and a mode");
        }
        return new RunDirectory(
                words[0],
                words[1].equals(NO_OWNER) ? Optional.empty() : Optional.of(CommandUser.parse(words[1])),
                parseMode(words[2]));
    }

    /** Returns the path, the owner or {@code -}, and the mode: {@code /run/php www-data 0755}. */
    @Override
    public String toString() {
        return path + " " + owner.map(CommandUser::toString).orElse(NO_OWNER) + " " + modeText();
    }
}
