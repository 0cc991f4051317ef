package dev.bailiwick.jail.process;

import dev.bailiwick.jail.text.PlainText;
import dev.bailiwick.jail.validation.InvalidValue;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The command of the jail's init, process 1.
 *
 * @param argv the program, an absolute path inside the jail, and its arguments; 1 to 256 of them
 * @param environment its whole environment, at most 256 variables; their names may have any characters but '=', as execve(2) passes
 *     them on. Arguments and variables have at most 256 KiB in all, each counted in UTF-8 with the byte that ends it
 */
public record Command(List<String> argv, Map<String, String> environment) {

    /** MAX_ARG_STRLEN of Linux: the bytes of one argument or variable, including the byte that ends it. */
    public static final int MAX_TEXT_BYTES = 128 * 1024;

    private static final int MAX_ARGUMENTS = 256;

    private static final Set<String> INITS = Set.of("init", "systemd");

    private static final Pattern USUAL_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final int USUAL_UNITS = 64 * 1024;

    /** Linux allows 2 MiB of arguments and environment with the usual limit of a stack, and never less than 128 KiB. */
    private static final int MAX_BYTES = 256 * 1024;

    public Command {
        argv = List.copyOf(argv);
        environment = Collections.unmodifiableMap(new TreeMap<>(environment));
        if (argv.isEmpty() || !argv.getFirst().startsWith("/")) {
            throw new InvalidValue("must start with the absolute path of a program");
        }
        if (argv.size() > MAX_ARGUMENTS || environment.size() > MAX_ARGUMENTS) {
            throw new InvalidValue("has more than " + MAX_ARGUMENTS + " arguments or variables");
        }
        argv.forEach(Command::checkText);
        environment.keySet().forEach(Command::checkName);
        environment.values().forEach(Command::checkText);
        long bytes = argv.stream().mapToLong(Command::bytes).sum()
                + environment.entrySet().stream()
                        .mapToLong(variable -> bytes(variable.getKey()) + bytes(variable.getValue()))
                        .sum();
        if (bytes > MAX_BYTES) {
            throw new InvalidValue(
                    "has more than " + MAX_BYTES + " bytes of UTF-8 in all, arguments and environment together");
        }
    }

    /**
     * Returns an argument that a program can be started with.
     *
     * @throws InvalidValue if it cannot be passed on, or is too long for Linux
     */
    public static String checkArgument(String argument) {
        checkText(argument);
        checkLength(bytes(argument));
        return argument;
    }

    /**
     * Returns the value of a variable that a program can be started with.
     *
     * @throws InvalidValue if its name or value cannot be passed on, or both together are too long for Linux
     */
    public static String checkVariable(String name, String value) {
        checkName(name);
        checkText(value);
        checkLength(bytes(name) + bytes(value));
        return value;
    }

    /** Line breaks are allowed, because {@code sh -c} takes a whole script. */
    private static void checkText(String text) {
        if (text.indexOf(0) >= 0) {
            throw new InvalidValue("must not contain NUL characters");
        }
        if (text.codePoints().anyMatch(c -> Character.getType(c) == Character.SURROGATE)) {
            throw new InvalidValue("must not contain a surrogate without its other half: UTF-8 cannot represent it");
        }
    }

    /** Whether a variable has a name with other characters than letters, digits and '_'; earlier versions took no others. */
    public boolean hasUnusualNames() {
        return !environment.keySet().stream().allMatch(USUAL_NAME.asMatchPredicate());
    }

    /** Whether arguments and environment have more than 64 Ki units of UTF-16; earlier versions took no more. */
    public boolean isLong() {
        return argv.stream().mapToLong(String::length).sum()
                        + environment.entrySet().stream()
                                .mapToLong(variable -> variable.getKey().length()
                                        + variable.getValue().length())
                                .sum()
                > USUAL_UNITS;
    }

    private static void checkName(String name) {
        checkText(name);
        if (name.isEmpty() || name.indexOf('=') >= 0) {
            throw new InvalidValue(
                    "has a variable without a name, or with a '=' in its name: " + PlainText.quote(name));
        }
    }

    private static void checkLength(long bytes) {
        if (bytes > MAX_TEXT_BYTES) {
            throw new InvalidValue("has more than " + (MAX_TEXT_BYTES - 1)
                    + " bytes of UTF-8, with a variable's name and '=': Linux starts no program with it");
        }
    }

    /** Returns the bytes of a text in UTF-8, and one more: for the byte that ends it, or for the '=' after a name. */
    private static long bytes(String text) {
        return text.codePoints()
                        .map(c -> c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4)
                        .asLongStream()
                        .sum()
                + 1;
    }

    /** Returns whether a program is the init of a whole system, by its name. */
    public static boolean isInit(String program) {
        return INITS.contains(program.substring(program.lastIndexOf('/') + 1));
    }

    public static Command of(String... argv) {
        return new Command(List.of(argv), Map.of());
    }
}
