package dev.bailiwick.jail.syscall;

/** An error in a table that is part of the program: a defect of the build, never of an operator's input. */
final class MalformedTable extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    MalformedTable(String message) {
        super(message);
    }

    MalformedTable(String message, Throwable cause) {
        super(message, cause);
    }
}
