package dev.bailiwick.server.problem;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Writes answers about failures where no controller advice applies: in a servlet filter, or as a part of an answer. */
@Component
public class ProblemWriter {

    /** The request attribute with the failure that the error page shows. */
    static final String FAILURE = ProblemWriter.class.getName() + ".failure";

    private final JsonMapper json;

    ProblemWriter(JsonMapper json) {
        this.json = json;
    }

    /** Returns the problem document of a failure that is one of several in an answer. */
    public ProblemDetail document(Failure failure) {
        return ProblemTypes.document(failure);
    }

    /** Answers with the failure: as a problem document under {@code /api}, otherwise as an error page. */
    public void answer(HttpServletRequest request, HttpServletResponse response, Failure failure) throws IOException {
        failure.type().retryAfter().ifPresent(seconds -> response.setHeader(HttpHeaders.RETRY_AFTER, seconds));
        if (!Paths.isApi(request)) {
            request.setAttribute(FAILURE, failure);
            response.sendError(failure.type().status());
            return;
        }
        document(request, response, failure);
    }

    /** Answers with the problem document of the failure, also outside of {@code /api}. */
    public void document(HttpServletRequest request, HttpServletResponse response, Failure failure) throws IOException {
        ProblemDetail document = document(failure);
        if (Spelling.isPlain(request.getRequestURI())) {
            document.setInstance(URI.create(request.getRequestURI()));
        }
        response.setStatus(failure.type().status());
        response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
        response.getOutputStream().write(json.writeValueAsBytes(document));
    }
}
