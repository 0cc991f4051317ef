package dev.bailiwick.jail;

import dev.bailiwick.jail.text.PlainText;
import dev.bailiwick.jail.validation.InvalidValue;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The command of the jail's init, process 1.
 *
 * @param argv the program, an absolute path inside the jail, and its arguments; 1 to 256 of them, 64 KiB in all
 * @param environment its whole environment; names of letters, digits and '_'
 */
public record Command(List<String> argv, Map<String, String> environment) {

    private static final int MAX_ARGUMENTS = 256;
    private static final int MAX_CHARACTERS = 64 * 1024;
    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    public Command {
        argv = List.copyOf(argv);
        environment = Collections.unmodifiableMap(new TreeMap<>(environment));
        if (argv.isEmpty() || !argv.getFirst().startsWith("/")) {
            throw new InvalidValue("must start with the absolute path of a program");
        }
        if (argv.size() > MAX_ARGUMENTS || environment.size() > MAX_ARGUMENTS) {
            throw new InvalidValue("has more than " + MAX_ARGUMENTS + " arguments or variables");
        }
        long characters = argv.stream().mapToLong(String::length).sum()
                + environment.entrySet().stream()
                        .mapToLong(e -> e.getKey().length() + e.getValue().length())
                        .sum();
        if (characters > MAX_CHARACTERS) {
            throw new InvalidValue("is longer than 64 KiB");
        }
        if (Stream.concat(argv.stream(), environment.values().stream()).anyMatch(Command::isUnspeakable)) {
            throw new InvalidValue("must not contain NUL characters, nor surrogates without their other half");
        }
        for (String variable : environment.keySet()) {
            if (!VARIABLE.matcher(variable).matches()) {
                throw new InvalidValue(
                        "has a variable that is not named with letters, digits and '_': " + PlainText.quote(variable));
            }
        }
    }

    public static Command of(String... argv) {
        return new Command(List.of(argv), Map.of());
    }

    /**
     * Returns whether execve(2) or UTF-8 cannot represent the text. Line breaks are allowed, because {@code sh -c} takes a whole
     * script.
     */
    private static boolean isUnspeakable(String text) {
        return text.codePoints().anyMatch(c -> c == 0 || Character.getType(c) == Character.SURROGATE);
    }
}
