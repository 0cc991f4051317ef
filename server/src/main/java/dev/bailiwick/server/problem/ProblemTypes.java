package dev.bailiwick.server.problem;

import dev.bailiwick.jail.validation.Violation;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;

/** The types of failures that belong to no module, and the documents of all types. */
final class ProblemTypes {

    static final ProblemType MALFORMED_REQUEST =
            ProblemType.lasting(400, "malformed-request", "The request cannot be read");
    static final ProblemType NOT_FOUND = ProblemType.lasting(404, "not-found", "Nothing is there");
    static final ProblemType INVALID_DEFINITION =
            ProblemType.lasting(422, "invalid-definition", "The definition is not valid");
    static final ProblemType CHANGED_MEANWHILE =
            ProblemType.passing(409, "changed-meanwhile", "It was changed at the same time");
    static final ProblemType UNEXPECTED = ProblemType.passing(500, "unexpected", "Something went wrong in the server");
    static final ProblemType DATABASE_UNAVAILABLE =
            ProblemType.passing(503, "database-unavailable", "The database does not respond");

    static final ProblemType DATABASE_FULL =
            ProblemType.passing(507, "database-full", "The database has no space left");

    private ProblemTypes() {}

    /** Returns the type of a failure with only a known status. */
    static ProblemType ofStatus(int status) {
        return switch (status) {
            case 400 -> MALFORMED_REQUEST;
            case 404 -> NOT_FOUND;
            case 500 -> UNEXPECTED;
            default -> {
                HttpStatus known = HttpStatus.resolve(status);
                String title = known == null ? "Status " + status : known.getReasonPhrase();
                String slug = known == null
                        ? "status-" + status
                        : known.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
                yield new ProblemType(slug, Math.max(status, 400), title, status >= 500 || status == 429);
            }
        };
    }

    static ProblemDetail document(ProblemType type, @Nullable String detail, List<Violation> violations) {
        ProblemDetail document = ProblemDetail.forStatus(type.status());
        document.setType(type.uri());
        document.setTitle(type.title());
        document.setDetail(detail);
        document.setProperty("retryable", type.retryable());
        if (!violations.isEmpty()) {
            document.setProperty("errors", violations);
        }
        return document;
    }
}
