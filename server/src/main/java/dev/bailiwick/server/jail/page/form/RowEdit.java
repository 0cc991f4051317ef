package dev.bailiwick.server.jail.page.form;

import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.server.problem.InvalidRequest;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A change of the rows of a form, made by a button of the form. */
public sealed interface RowEdit {

    Pattern ROW = Pattern.compile("([A-Za-z]+)\\[(\\d{1,9})]");

    /** Adds a spare row. Pasted pairs become rows. */
    record Add(String field) implements RowEdit {}

    record Remove(String field, int row) implements RowEdit {}

    /** Replaces the command by the words of the pasted command line. */
    record SplitCommand() implements RowEdit {}

    /** @throws InvalidRequest if none or several are given, or one names no row */
    static RowEdit of(Optional<String> add, Optional<String> remove, Optional<String> split) {
        if (add.isPresent() && remove.isEmpty() && split.isEmpty()) {
            return new Add(add.get());
        }
        Matcher row = ROW.matcher(remove.orElse(""));
        if (row.matches() && add.isEmpty() && split.isEmpty()) {
            return new Remove(row.group(1), Integer.parseInt(row.group(2)));
        }
        if (split.equals(Optional.of("command")) && add.isEmpty() && remove.isEmpty()) {
            return new SplitCommand();
        }
        throw new InvalidRequest("/rows", "must be a row to add, to remove or to split");
    }

    /** @throws InvalidRequest if the field has no rows, or the command line cannot be split */
    default JailForm applyTo(JailForm form) {
        return switch (this) {
            case Add(String field) -> form.with(field, rows(form, field).withSpare());
            case Remove(String field, int row) ->
                form.with(field, rows(form, field).without(row));
            case SplitCommand() -> split(form);
        };
    }

    private static JailForm split(JailForm form) {
        try {
            return form.with("command", TextRows.of(ShellWords.split(form.commandLine())))
                    .with("commandLine", "");
        } catch (InvalidValue e) {
            throw new InvalidRequest("/commandLine", e.reason());
        }
    }

    private static Rows rows(JailForm form, String field) {
        Map<String, Rows> rows = form.rows();
        Rows known = rows.get(field);
        if (known == null) {
            throw new InvalidRequest("/rows", "are not a field of the form");
        }
        return known;
    }
}
