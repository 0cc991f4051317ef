package dev.bailiwick.server.jail.page.form;

/** A field of a form that consists of rows, as the user typed them. */
sealed interface Rows permits TextRows, PairRows {

    FormRows shown();

    /** Returns these rows and a spare one. */
    Rows withSpare();

    /** @param row the index of a row that is not spare */
    Rows without(int row);
}
