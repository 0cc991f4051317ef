package dev.bailiwick.jail.seccomp;

/** The rejection of a program that the kernel would not load as a seccomp filter. The message is a predicate about the program. */
public final class FilterRefused extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    FilterRefused(String message) {
        super(message);
    }
}
