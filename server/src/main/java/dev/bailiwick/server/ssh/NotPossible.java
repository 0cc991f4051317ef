package dev.bailiwick.server.ssh;

/** What a client asks for is not possible; the message is a sentence for its user. */
final class NotPossible extends Exception {

    private static final long serialVersionUID = 1L;

    NotPossible(String sentence) {
        super(sentence, null, false, false);
    }

    String sentence() {
        return String.valueOf(getMessage());
    }
}
