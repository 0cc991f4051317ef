package dev.bailiwick.jail.syscall;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads comma-separated values with a header line: the part of RFC 4180 that the tables of this project need. */
public final class Csv {

    private final String text;
    private int at;

    private Csv(String text) {
        this.text = text;
    }

    /**
     * Returns each line after the header, as cells by column name.
     *
     * @throws MalformedTable if a line does not have as many cells as the header
     */
    public static List<Map<String, String>> rows(String text) {
        Csv csv = new Csv(text);
        List<String> header = csv.line();
        List<Map<String, String>> rows = new ArrayList<>();
        while (csv.at < text.length()) {
            List<String> cells = csv.line();
            if (cells.size() != header.size()) {
                throw new MalformedTable(
                        "line " + (rows.size() + 2) + " has " + cells.size() + " cells, the header " + header.size());
            }
            Map<String, String> row = new LinkedHashMap<>();
            for (int i = 0; i < cells.size(); i++) {
                row.put(header.get(i), cells.get(i));
            }
            rows.add(row);
        }
        return rows;
    }

    private List<String> line() {
        List<String> cells = new ArrayList<>();
        do {
            cells.add(cell());
        } while (at < text.length() && text.charAt(at++) == ',');
        return cells;
    }

    /** Reads a cell, and leaves {@link #at} on the comma or newline that ends it. */
    private String cell() {
        StringBuilder cell = new StringBuilder();
        boolean quoted = false;
        for (; at < text.length(); at++) {
            char c = text.charAt(at);
            boolean doubled = quoted && c == '"' && at + 1 < text.length() && text.charAt(at + 1) == '"';
            if (doubled) {
                cell.append('"');
                at++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (!quoted && (c == ',' || c == '\n')) {
                break;
            } else {
                cell.append(c);
            }
        }
        return cell.toString();
    }
}
