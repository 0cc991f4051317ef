package dev.bailiwick.server.jail.page.form;

import dev.bailiwick.jail.text.PlainText;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.jail.page.form.FormRows.FormRow;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a form for names and values, as the user typed them: one pair in each. A row without both is a spare one. Names and
 * values are written as in {@link TextRows}; a name has one line.
 *
 * @param name the name of each row
 * @param value the value of each row
 * @param lines further pairs, pasted as lines of {@code NAME=value}; they count as rows
 */
public record PairRows(TextRows name, TextRows value, String lines) implements Rows {

    public static final PairRows NONE = of(List.of(), "");

    /** One pair, as the user typed it. */
    record PairRow(String name, String value) {

        static final PairRow SPARE = new PairRow("", "");

        boolean isSpare() {
            return name.isBlank() && value.isEmpty();
        }
    }

    public PairRows {
        name = Objects.requireNonNullElse(name, TextRows.NONE);
        value = Objects.requireNonNullElse(value, TextRows.NONE);
        lines = lines == null ? "" : lines.replace("\r\n", "\n");
    }

    public static PairRows of(Map<String, ?> pairs) {
        return of(
                pairs.entrySet().stream()
                        .map(pair -> new PairRow(
                                writtenName(pair.getKey()), TextRows.written(String.valueOf(pair.getValue()))))
                        .toList(),
                "");
    }

    private static String writtenName(String name) {
        return name.isBlank() || name.indexOf('\n') >= 0 ? DollarQuotes.quote(name) : TextRows.written(name);
    }

    private static PairRows of(List<PairRow> rows, String lines) {
        return new PairRows(
                new TextRows(rows.stream().map(PairRow::name).toList()),
                new TextRows(rows.stream().map(PairRow::value).toList()),
                lines);
    }

    private Stream<PairRow> rows() {
        List<String> names = name.typed();
        List<String> values = value.typed();
        return IntStream.range(0, Math.max(names.size(), values.size()))
                .mapToObj(
                        i -> new PairRow(i < names.size() ? names.get(i) : "", i < values.size() ? values.get(i) : ""));
    }

    private Stream<String> pasted() {
        return lines.lines().filter(line -> !line.isBlank());
    }

    /** Returns the rows that are not spare, and those of pasted lines. */
    List<PairRow> filled() {
        return Stream.concat(
                        rows().filter(row -> !row.isSpare()),
                        pasted().filter(line -> line.indexOf('=') >= 0)
                                .map(line -> new PairRow(
                                        line.substring(0, line.indexOf('=')).strip(),
                                        line.substring(line.indexOf('=') + 1))))
                .toList();
    }

    private String withoutName() {
        return pasted().filter(line -> line.indexOf('=') < 0).collect(Collectors.joining("\n"));
    }

    @Override
    public FormRows shown() {
        List<FormRow> shown = new ArrayList<>();
        for (PairRow row : filled()) {
            shown.add(FormRow.of(shown.size(), row.name(), row.value()));
        }
        if (shown.isEmpty() || rows().anyMatch(PairRow::isSpare)) {
            shown.add(FormRow.spare(shown.size()));
        }
        return new FormRows(shown, withoutName());
    }

    /**
     * Returns the pairs; without those that cannot be read, which are added to {@code violations}.
     *
     * @param pointer to the pairs in the definition
     */
    Map<String, @Nullable String> pairs(String pointer, List<Violation> violations) {
        Map<String, @Nullable String> pairs = new LinkedHashMap<>();
        List<PairRow> filled = filled();
        for (int i = 0; i < filled.size(); i++) {
            PairRow row = filled.get(i);
            String where = pointer + "[" + i + "]";
            if (row.name().isBlank()) {
                violations.add(new Violation(where, "has a value without a name"));
                continue;
            }
            try {
                String read = TextRows.read(row.name());
                if (pairs.put(read, TextRows.read(row.value())) != null) {
                    violations.add(new Violation(where, "is the second row for " + PlainText.quote(read)));
                }
            } catch (InvalidValue e) {
                violations.add(new Violation(where, e.reason()));
            }
        }
        if (!withoutName().isEmpty()) {
            violations.add(
                    new Violation(pointer + ".lines", "has a line without '=': " + PlainText.quote(withoutName())));
        }
        return pairs;
    }

    /** Returns the index of the row with this name, among those that are not spare; -1 if there is none. */
    int indexOf(String wanted) {
        List<PairRow> filled = filled();
        return IntStream.range(0, filled.size())
                .filter(i -> isNamed(filled.get(i), wanted))
                .findFirst()
                .orElse(-1);
    }

    private static boolean isNamed(PairRow row, String wanted) {
        try {
            return TextRows.read(row.name()).equals(wanted);
        } catch (InvalidValue unreadable) {
            return false;
        }
    }

    /** Pasted lines become rows. */
    @Override
    public PairRows withSpare() {
        return of(Stream.concat(filled().stream(), Stream.of(PairRow.SPARE)).toList(), withoutName());
    }

    @Override
    public PairRows without(int row) {
        List<PairRow> rest = new ArrayList<>(filled());
        if (row >= 0 && row < rest.size()) {
            rest.remove(row);
        }
        return of(rest, withoutName());
    }
}
