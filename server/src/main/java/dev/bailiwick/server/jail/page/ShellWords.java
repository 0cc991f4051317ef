package dev.bailiwick.server.jail.page;

import dev.bailiwick.jail.validation.InvalidValue;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A command on one line: words between spaces, with the quotes and backslashes of a shell. No other syntax of a shell
 * has a meaning.
 */
public final class ShellWords {

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_@%+=:,./-]+");

    private ShellWords() {}

    /** @throws InvalidValue if a quote is not closed, or the line ends in a backslash */
    static List<String> split(String line) {
        List<String> words = new ArrayList<>();
        @Nullable StringBuilder word = null;
        char quote = 0;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (quote == 0 && Character.isWhitespace(c)) {
                if (word != null) {
                    words.add(word.toString());
                    word = null;
                }
                continue;
            }
            if (word == null) {
                word = new StringBuilder();
            }
            if (c == '\\' && quote != '\'') {
                if (++i == line.length()) {
                    throw new InvalidValue("ends in a backslash");
                }
                word.append(line.charAt(i));
            } else if (quote == 0 && (c == '"' || c == '\'')) {
                quote = c;
            } else if (quote != 0 && c == quote) {
                quote = 0;
            } else {
                word.append(c);
            }
        }
        if (quote != 0) {
            throw new InvalidValue("has a quote that is not closed");
        }
        if (word != null) {
            words.add(word.toString());
        }
        return words;
    }

    /** Joins the words to a line that {@link #split} splits into the same words. */
    public static String join(List<String> words) {
        return words.stream().map(ShellWords::quoted).collect(Collectors.joining(" "));
    }

    /** Returns the word, with quotes for a shell where it needs them. */
    static String quoted(String word) {
        return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
