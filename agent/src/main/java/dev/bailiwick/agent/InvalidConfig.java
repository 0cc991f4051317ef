package dev.bailiwick.agent;

/** An invalid configuration or command line. The message names the option, where its value was given, and what is wrong. */
final class InvalidConfig extends RuntimeException {

    private static final long serialVersionUID = 1L;

    InvalidConfig(String message) {
        super(message);
    }
}
