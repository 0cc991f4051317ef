package dev.bailiwick.server.jail.page.form;

import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.jail.page.form.FormRows.FormRow;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a form for a list of texts, as the user typed them: one text in each. A blank row is a spare one. A text that is blank
 * itself, or that a page cannot show or a browser would change, is written in {@link DollarQuotes}; a row that begins with their
 * start is read as such.
 */
public record TextRows(List<String> typed) implements Rows {

    public static final TextRows NONE = new TextRows(List.of());

    /** The maximum height of a row at first; a browser lets it grow. */
    private static final int MAX_LINES = 12;

    public TextRows {
        // A browser sends each line break as two characters.
        typed = typed.stream().map(text -> text.replace("\r\n", "\n")).toList();
    }

    public static TextRows of(List<String> texts) {
        return new TextRows(texts.stream()
                .map(text -> text.isBlank() ? DollarQuotes.quote(text) : written(text))
                .toList());
    }

    /** Returns how a text is written in a field of several lines. */
    static String written(String text) {
        return text.startsWith(DollarQuotes.START) || !text.isEmpty() && text.isBlank() || !ShellWords.isVisible(text)
                ? DollarQuotes.quote(text)
                : text;
    }

    /**
     * Returns the text that is written in a field.
     *
     * @throws InvalidValue if its quotes are not complete
     */
    static String read(String written) {
        if (!written.startsWith(DollarQuotes.START)) {
            return written;
        }
        DollarQuotes.Quoted quoted = DollarQuotes.read(written, 0);
        if (!written.substring(quoted.end()).isBlank()) {
            throw new InvalidValue("goes on after the closing quote of $'");
        }
        return quoted.value();
    }

    /** Returns the number of lines that a field for this text has at first. */
    static int lines(String written) {
        return (int) Math.min(MAX_LINES, written.chars().filter(c -> c == '\n').count() + 1);
    }

    /** Returns the rows that are not spare. */
    List<String> filled() {
        return typed.stream().filter(text -> !text.isBlank()).toList();
    }

    boolean isBlank() {
        return filled().isEmpty();
    }

    @Override
    public FormRows shown() {
        List<String> filled = filled();
        List<FormRow> rows = new ArrayList<>();
        for (String text : filled) {
            rows.add(FormRow.of(rows.size(), "", text));
        }
        if (filled.isEmpty() || filled.size() < typed.size()) {
            rows.add(FormRow.spare(rows.size()));
        }
        return new FormRows(rows, "");
    }

    /**
     * Returns the texts; without those that cannot be read, which are added to {@code violations}.
     *
     * @param pointer to the list in the definition
     */
    List<@Nullable String> texts(String pointer, List<Violation> violations) {
        List<@Nullable String> texts = new ArrayList<>();
        List<String> filled = filled();
        for (int i = 0; i < filled.size(); i++) {
            try {
                texts.add(read(filled.get(i)));
            } catch (InvalidValue e) {
                violations.add(new Violation(pointer + "/" + i, e.reason()));
            }
        }
        return texts;
    }

    @Override
    public TextRows withSpare() {
        return new TextRows(Stream.concat(filled().stream(), Stream.of("")).toList());
    }

    @Override
    public TextRows without(int row) {
        List<String> rest = new ArrayList<>(filled());
        if (row >= 0 && row < rest.size()) {
            rest.remove(row);
        }
        return new TextRows(rest);
    }
}
