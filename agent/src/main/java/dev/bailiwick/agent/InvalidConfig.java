package dev.bailiwick.agent;

/** The configuration cannot be used; the message names the key, where it was said, and what is wrong. */
final class InvalidConfig extends RuntimeException {

    private static final long serialVersionUID = 1L;

    InvalidConfig(String message) {
        super(message);
    }
}
