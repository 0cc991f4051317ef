package dev.bailiwick.jail.validation;

/**
 * One error in one field.
 *
 * @param pointer JSON pointer (RFC 6901) of the field within the definition, for example {@code /policy/overrides/0/call}
 * @param message what is wrong, as a predicate: "is not a known system call"
 */
public record Violation(String pointer, String message) {

    /** Returns the same violation relative to the parent: {@code within("/policy")} turns {@code /profile} into {@code /policy/profile}. */
    public Violation within(String parent) {
        return new Violation(parent + pointer, message);
    }
}
