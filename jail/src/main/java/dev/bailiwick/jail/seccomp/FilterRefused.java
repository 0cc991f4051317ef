package dev.bailiwick.jail.seccomp;

/** A program that the kernel would not load as a seccomp filter; the message is a predicate of the program. */
public final class FilterRefused extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    FilterRefused(String message) {
        super(message);
    }
}
