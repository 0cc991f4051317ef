package dev.bailiwick.server.problem;

import dev.bailiwick.jail.validation.Violation;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.RequestMapping;

/** Answers failures before or outside of Spring MVC: as a problem document or as a page. */
@Controller
class ContainerErrors implements ErrorController {

    private static final Logger log = LoggerFactory.getLogger(ContainerErrors.class);

    @RequestMapping("${spring.web.error.path:/error}")
    @Nullable
    Object error(HttpServletRequest request, HttpServletResponse response) {
        if (response.isCommitted()) {
            // Half of another answer was sent. The container closes the connection once this returns.
            return null;
        }
        ErrorAnswer error = answer(request);
        if (request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI) instanceof String path && Paths.isApi(path)) {
            ResponseEntity<Object> answer =
                    ProblemAdvice.answer(error.type(), error.detail(), error.violations(), HttpHeaders.EMPTY);
            if (answer.getBody() instanceof ProblemDetail document && Spelling.isPlain(path)) {
                document.setInstance(URI.create(path));
            }
            return answer;
        }
        return PageFailures.page(response, error.type(), error.detail(), error.violations());
    }

    /** The content of an answer about a failure. */
    private record ErrorAnswer(ProblemType type, String detail, List<Violation> violations) {}

    private static ErrorAnswer answer(HttpServletRequest request) {
        Object status = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE);
        Throwable thrown =
                request.getAttribute(RequestDispatcher.ERROR_EXCEPTION) instanceof Throwable cause ? cause : null;
        Failure failure = request.getAttribute(ProblemWriter.FAILURE) instanceof Failure told ? told : failure(thrown);
        if (failure != null) {
            return new ErrorAnswer(failure.type(), failure.detail(), failure.violations());
        }
        Optional<DatabaseFailure> database = thrown == null ? Optional.empty() : DatabaseFailure.behind(thrown);
        if (database.isPresent()) {
            log.warn("{}, at a request", database.get().type().title(), thrown);
            return new ErrorAnswer(database.get().type(), database.get().detail(), List.of());
        }
        ProblemType type = ProblemTypes.ofStatus(status instanceof Integer code ? code : 404);
        return new ErrorAnswer(type, type.title(), List.of());
    }

    private static @Nullable Failure failure(@Nullable Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof Failure failure) {
                return failure;
            }
        }
        return null;
    }
}
