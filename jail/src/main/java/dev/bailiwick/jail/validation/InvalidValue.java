package dev.bailiwick.jail.validation;

/** The rejection of a single value. The message completes a sentence that begins with the field's name. */
public final class InvalidValue extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    public InvalidValue(String message) {
        super(message);
    }

    /** Returns the reason as a predicate, for example "is longer than 63 characters". */
    public String reason() {
        return String.valueOf(getMessage());
    }
}
