package dev.bailiwick.server.problem;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.RequestMapping;

/** Answers what failed before or outside of Spring MVC, in the same two forms. */
@Controller
class ContainerErrors implements ErrorController {

    @RequestMapping("${spring.web.error.path:/error}")
    Object error(HttpServletRequest request) {
        Object status = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE);
        Object path = request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI);
        ProblemType type = ProblemTypes.ofStatus(status instanceof Integer code ? code : 404);
        if (path instanceof String text && Paths.isApi(text)) {
            return ProblemAdvice.answer(type, type.title(), List.of(), HttpHeaders.EMPTY);
        }
        return PageFailures.page(type, type.title(), List.of());
    }
}
