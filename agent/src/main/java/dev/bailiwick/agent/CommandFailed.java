package dev.bailiwick.agent;

/** The failure of a command. The operator sees only its message. */
final class CommandFailed extends RuntimeException {

    private static final long serialVersionUID = 1L;

    CommandFailed(String message) {
        super(message);
    }
}
