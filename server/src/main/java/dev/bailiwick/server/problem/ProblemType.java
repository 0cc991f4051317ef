package dev.bailiwick.server.problem;

import java.net.URI;
import java.util.Optional;

/**
 * A kind of failure that callers may tell apart.
 *
 * @param slug lower case words and hyphens; never changes once published
 * @param status HTTP status, 400 to 599
 * @param title a short sentence without the particulars
 * @param retryable whether the same request may succeed later without being changed
 */
public record ProblemType(String slug, int status, String title, boolean retryable) {

    public ProblemType {
        if (!slug.matches("[a-z][a-z0-9]*(-[a-z0-9]+)*")) {
            throw new IllegalArgumentException("Not a slug: " + slug);
        }
        if (status < 400 || status > 599) {
            throw new IllegalArgumentException("Not a status of a failure: " + status);
        }
    }

    /** A failure that stays until the request or the world is changed by somebody. */
    public static ProblemType lasting(int status, String slug, String title) {
        return new ProblemType(slug, status, title, false);
    }

    /** A failure that may pass by itself. */
    public static ProblemType passing(int status, String slug, String title) {
        return new ProblemType(slug, status, title, true);
    }

    /** In how many seconds to try again, as the header Retry-After says it; empty where nobody knows. */
    Optional<String> retryAfter() {
        return switch (status) {
            case 429 -> Optional.of("60");
            case 503 -> Optional.of("1");
            default -> Optional.empty();
        };
    }

    /** The {@code type} member of the document, relative to the server that answers. */
    public URI uri() {
        return URI.create("/problems/" + slug);
    }
}
