package dev.bailiwick.server.problem;

import java.net.URI;
import java.util.Optional;

/**
 * A kind of failure that callers can distinguish.
 *
 * @param slug lower case words and hyphens; never changes once published
 * @param status HTTP status, 400 to 599
 * @param title a short sentence without the particulars
 * @param retryable whether the same request may succeed later without being changed
 */
public record ProblemType(String slug, int status, String title, boolean retryable) {

    public ProblemType {
        if (!slug.matches("[a-z][a-z0-9]*(-[a-z0-9]+)*")) {
            throw new IllegalArgumentException("is not a slug: " + slug);
        }
        if (status < 400 || status > 599) {
            throw new IllegalArgumentException("is not the status of a failure: " + status);
        }
    }

    /** Creates the type of a failure that stays until the request or the state of the system is changed. */
    public static ProblemType lasting(int status, String slug, String title) {
        return new ProblemType(slug, status, title, false);
    }

    /** Creates the type of a failure that may pass by itself. */
    public static ProblemType passing(int status, String slug, String title) {
        return new ProblemType(slug, status, title, true);
    }

    /** Returns the seconds after which to try again, for the header Retry-After; empty if unknown. */
    public Optional<String> retryAfter() {
        return switch (status) {
            case 429, 507 -> Optional.of("60");
            case 503 -> Optional.of("1");
            default -> Optional.empty();
        };
    }

    /** Returns the {@code type} member of the document, relative to this server. */
    public URI uri() {
        return URI.create("/problems/" + slug);
    }
}
