package dev.bailiwick.server.mail;

/**
 * What a mail says.
 *
 * @param subject one line
 * @param text plain text
 */
public record Letter(String subject, String text) {

    /** Does not show the text, as it has the secret of a link. */
    @Override
    public String toString() {
        return "Letter[subject=" + subject + "]";
    }
}
