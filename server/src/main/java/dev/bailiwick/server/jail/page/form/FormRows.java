package dev.bailiwick.server.jail.page.form;

import java.util.List;

/**
 * Rows as the form shows them: those that are filled in, and a spare one if there would be none, or the user asked for one.
 *
 * @param pasted what is pasted for several rows, without what has become rows; begins with a line break, which a browser drops from
 *     the start of a text area
 */
record FormRows(List<FormRow> rows, String pasted) {

    FormRows {
        pasted = "\n" + pasted;
    }

    /**
     * @param at the index, from 0
     * @param value begins with a line break, too
     * @param lines the height at first
     */
    record FormRow(int at, String name, String value, int lines, boolean spare) {

        static FormRow of(int at, String name, String value) {
            return new FormRow(at, name, "\n" + value, TextRows.lines(value), false);
        }

        static FormRow spare(int at) {
            return new FormRow(at, "", "", 1, true);
        }
    }
}
