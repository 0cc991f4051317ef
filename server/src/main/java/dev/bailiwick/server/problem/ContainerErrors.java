package dev.bailiwick.server.problem;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.util.List;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.RequestMapping;

/** Answers what failed before or outside of Spring MVC, in the same two forms. */
@Controller
class ContainerErrors implements ErrorController {

    @RequestMapping("${spring.web.error.path:/error}")
    Object error(HttpServletRequest request) {
        Object status = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE);
        Object cause = request.getAttribute(RequestDispatcher.ERROR_EXCEPTION);
        ProblemType type = cause instanceof Throwable failure && DatabaseAway.isBehind(failure)
                ? ProblemTypes.DATABASE_AWAY
                : ProblemTypes.ofStatus(status instanceof Integer code ? code : 404);
        if (request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI) instanceof String path && Paths.isApi(path)) {
            ProblemDetail document = ProblemTypes.document(type, type.title(), List.of());
            document.setInstance(URI.create(path));
            return ResponseEntity.status(type.status())
                    .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                    .body(document);
        }
        return PageFailures.page(type, type.title(), List.of());
    }
}
