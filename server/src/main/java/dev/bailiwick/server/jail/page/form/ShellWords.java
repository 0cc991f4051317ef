package dev.bailiwick.server.jail.page.form;

import dev.bailiwick.jail.text.PlainText;
import dev.bailiwick.jail.validation.InvalidValue;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A command line: words between spaces, with the quotes and backslashes of a shell. No other syntax of a shell has a
 * meaning.
 */
public final class ShellWords {

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_@%+=:,./-]+");

    /** What a backslash between double quotes can stand before; before all others it is an ordinary character. */
    private static final String ESCAPED_IN_QUOTES = "\\\"$`\n";

    private static final String BETWEEN_WORDS = " \t\n";

    private final String line;
    private final List<String> words = new ArrayList<>();
    private @Nullable StringBuilder word;
    private int at;

    private ShellWords(String line) {
        this.line = line;
    }

    /** @throws InvalidValue if a quote is not closed, or the line ends in a backslash */
    static List<String> split(String line) {
        return new ShellWords(line.replace("\r\n", "\n")).split();
    }

    private List<String> split() {
        while (at < line.length()) {
            char c = line.charAt(at);
            if (BETWEEN_WORDS.indexOf(c) >= 0) {
                at++;
                endWord();
            } else if (line.startsWith("\\\n", at)) {
                // The command goes on in the next line.
                at += 2;
            } else if (line.startsWith(DollarQuotes.START, at)) {
                DollarQuotes.Quoted quoted = DollarQuotes.read(line, at);
                word().append(quoted.value());
                at = quoted.end();
            } else if (c == '\'') {
                int end = closing(c);
                word().append(line, at + 1, end);
                at = end + 1;
            } else if (c == '"') {
                at++;
                readDoubleQuotes(word());
            } else {
                at += c == '\\' ? 1 : 0;
                if (at == line.length()) {
                    throw new InvalidValue("ends in a backslash");
                }
                word().append(line.charAt(at++));
            }
        }
        endWord();
        return words;
    }

    private void readDoubleQuotes(StringBuilder target) {
        for (; at < line.length() && line.charAt(at) != '"'; at++) {
            if (line.charAt(at) == '\\'
                    && at + 1 < line.length()
                    && ESCAPED_IN_QUOTES.indexOf(line.charAt(at + 1)) >= 0) {
                at++;
                if (line.charAt(at) == '\n') {
                    continue;
                }
            }
            target.append(line.charAt(at));
        }
        if (at == line.length()) {
            throw notClosed();
        }
        at++;
    }

    private int closing(char quote) {
        int end = line.indexOf(quote, at + 1);
        if (end < 0) {
            throw notClosed();
        }
        return end;
    }

    private static InvalidValue notClosed() {
        return new InvalidValue("has a quote that is not closed");
    }

    private StringBuilder word() {
        if (word == null) {
            word = new StringBuilder();
        }
        return word;
    }

    private void endWord() {
        if (word != null) {
            words.add(word.toString());
            word = null;
        }
    }

    /** Joins the words to a line that {@link #split} splits into the same words. Every character of it can be seen. */
    public static String join(List<String> words) {
        return words.stream()
                .map(word -> isVisible(word) ? quoted(word) : DollarQuotes.quote(word))
                .collect(Collectors.joining(" "));
    }

    /** Returns whether the text has only characters that a page shows, and that a browser sends as they are. */
    static boolean isVisible(String text) {
        return PlainText.fault(text.replace('\n', ' ').replace('\t', ' ')).isEmpty();
    }

    /** Returns the word, with quotes for a shell where it needs them. */
    public static String quoted(String word) {
        return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
