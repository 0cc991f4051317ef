package dev.bailiwick.server.problem;

import dev.bailiwick.jail.validation.Violation;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;

/** The types of failures that belong to no module, and the documents of all types. */
public final class ProblemTypes {

    public static final ProblemType MALFORMED_REQUEST =
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

    private static final int REPLACEMENT = 0xfffd;

    private ProblemTypes() {}

    /** Returns the type of a failure with only a known status. */
    public static ProblemType ofStatus(int status) {
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

    static ProblemDetail document(Failure failure) {
        ProblemDetail document = document(failure.type(), failure.detail(), failure.violations());
        failure.members().forEach(document::setProperty);
        return document;
    }

    static ProblemDetail document(ProblemType type, @Nullable String detail, List<Violation> violations) {
        ProblemDetail document = ProblemDetail.forStatus(type.status());
        document.setType(type.uri());
        document.setTitle(type.title());
        document.setDetail(detail == null ? null : wellFormed(detail));
        document.setProperty("retryable", type.retryable());
        if (!violations.isEmpty()) {
            document.setProperty(
                    "errors",
                    violations.stream()
                            .map(violation ->
                                    new Violation(wellFormed(violation.pointer()), wellFormed(violation.message())))
                            .toList());
        }
        return document;
    }

    /** Returns the text with U+FFFD for each half of a surrogate pair: a body may name such fields, but UTF-8 cannot encode them. */
    private static String wellFormed(String text) {
        boolean isWellFormed = text.codePoints().noneMatch(ProblemTypes::isHalf);
        return isWellFormed
                ? text
                : text.codePoints()
                        .map(point -> isHalf(point) ? REPLACEMENT : point)
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                        .toString();
    }

    private static boolean isHalf(int codePoint) {
        return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
    }
}
