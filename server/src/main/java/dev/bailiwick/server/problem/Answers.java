package dev.bailiwick.server.problem;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Answers a failure from a servlet filter, where no controller advice reaches. */
@Component
public class Answers {

    private final JsonMapper json;

    Answers(JsonMapper json) {
        this.json = json;
    }

    public void answer(HttpServletRequest request, HttpServletResponse response, Failure failure) throws IOException {
        if (!Paths.isApi(request)) {
            response.sendError(failure.type().status());
            return;
        }
        ProblemDetail document = ProblemTypes.document(failure.type(), failure.detail(), failure.violations());
        document.setInstance(URI.create(request.getRequestURI()));
        response.setStatus(failure.type().status());
        response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
        response.getOutputStream().write(json.writeValueAsBytes(document));
    }
}
