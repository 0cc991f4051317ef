package dev.bailiwick.server.jail.page.form;

import dev.bailiwick.jail.draft.RunDirectoryDraft;
import dev.bailiwick.jail.text.PlainText;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.jail.validation.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads the text of a field, as the user typed it. */
final class TypedText {

    private TypedText() {}

    /** Returns the text; empty if the field is absent. */
    static String text(@Nullable String typed) {
        return typed == null ? "" : typed;
    }

    /** Returns the text without the spaces around it; null if it is blank. */
    static @Nullable String orAbsent(String typed) {
        return typed.isBlank() ? null : typed.strip();
    }

    /** Returns the words, with a space between two. */
    static String words(List<?> words) {
        return words.stream().map(String::valueOf).collect(Collectors.joining(" "));
    }

    /** Returns a row for each of the values. */
    static TextRows rowsOf(List<?> values) {
        return TextRows.of(values.stream().map(String::valueOf).toList());
    }

    /** Returns the words of a list; spaces and commas separate them. */
    static List<@Nullable String> words(String typed) {
        return typed.isBlank()
                ? List.of()
                : List.<@Nullable String>of(typed.strip().split("[\\s,]+", -1));
    }

    /** Returns the number; null if none is typed, or if it cannot be read. */
    static @Nullable Integer number(String pointer, String typed, List<Violation> violations) {
        if (typed.isBlank()) {
            return null;
        }
        try {
            return Integer.valueOf(typed.strip());
        } catch (NumberFormatException e) {
            violations.add(new Violation(pointer, "must be a whole number"));
            return null;
        }
    }

    /** Returns the directories of those rows that can be read. */
    static List<@Nullable RunDirectoryDraft> runDirectories(TextRows rows, List<Violation> violations) {
        List<@Nullable RunDirectoryDraft> drafts = new ArrayList<>();
        for (String row : rows.filled()) {
            List<String> words = List.of(row.strip().split("\\s+", -1));
            if (words.size() > 3) {
                violations.add(new Violation(
                        "/runDirectories",
                        "has a row of more than a path, an owner and a mode: " + PlainText.quote(row)));
            } else {
                boolean named = words.size() > 1 && !words.get(1).equals("-");
                drafts.add(new RunDirectoryDraft(
                        words.getFirst(), named ? words.get(1) : null, words.size() > 2 ? words.get(2) : null));
            }
        }
        return drafts;
    }

    /** Returns the command; null if there is none, or if it cannot be read. */
    static @Nullable List<@Nullable String> argv(TextRows command, String commandLine, List<Violation> unreadable) {
        if (command.isBlank()) {
            return lineArguments(commandLine, unreadable);
        }
        if (!commandLine.isBlank()) {
            unreadable.add(new Violation("/commandLine", "is not used while there are arguments: split or clear it"));
        }
        List<Violation> rows = new ArrayList<>();
        List<@Nullable String> texts = command.texts("/command", rows);
        unreadable.addAll(rows);
        return rows.isEmpty() ? texts : null;
    }

    private static @Nullable List<@Nullable String> lineArguments(String commandLine, List<Violation> unreadable) {
        try {
            List<@Nullable String> words = List.<@Nullable String>copyOf(ShellWords.split(commandLine));
            return words.isEmpty() ? null : words;
        } catch (InvalidValue e) {
            unreadable.add(new Violation("/commandLine", e.reason()));
            return null;
        }
    }
}
