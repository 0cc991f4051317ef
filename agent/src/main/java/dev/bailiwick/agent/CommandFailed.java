package dev.bailiwick.agent;

/** A command cannot do what it was asked; the message is all that a person needs to see. */
final class CommandFailed extends RuntimeException {

    private static final long serialVersionUID = 1L;

    CommandFailed(String message) {
        super(message);
    }
}
