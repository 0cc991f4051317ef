package dev.bailiwick.server.problem;

import dev.bailiwick.jail.validation.InvalidDefinition;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.jail.validation.Violation;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.TypeMismatchException;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.web.firewall.RequestRejectedException;
import org.springframework.stereotype.Component;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.MissingServletRequestParameterException;
import org.springframework.web.context.request.async.AsyncRequestNotUsableException;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;

/** Shows failures as pages: the view {@code error} with status, title, detail and errors. */
@Component
class PageFailures implements HandlerExceptionResolver, Ordered {

    /** The path of a link that works once. */
    private static final Pattern SECRET = Pattern.compile("^(/sign-in/(?:reset|invitation|link)/).*");

    private static final Logger log = LoggerFactory.getLogger(PageFailures.class);

    @Override
    public int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE;
    }

    @Override
    public @Nullable ModelAndView resolveException(
            HttpServletRequest request, HttpServletResponse response, @Nullable Object handler, Exception exception) {
        if (Paths.isApi(request)
                || response.isCommitted()
                || exception instanceof AccessDeniedException
                || exception instanceof AuthenticationException
                || exception instanceof AsyncRequestNotUsableException) {
            return null;
        }
        ProblemAdvice.forgetLength(response);
        // A missing file may exist in the next version of the server.
        response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        return switch (exception) {
            case Failure failure -> page(response, failure.type(), failure.detail(), failure.violations());
            case InvalidDefinition invalid ->
                page(
                        response,
                        ProblemTypes.INVALID_DEFINITION,
                        String.valueOf(invalid.getMessage()),
                        invalid.violations());
            case InvalidValue invalid -> page(response, InvalidRequest.TYPE, "A value " + invalid.reason(), List.of());
            case TypeMismatchException mismatch -> {
                String name = String.valueOf(mismatch.getPropertyName());
                String expected = ExpectedValue.inForm(mismatch);
                yield page(
                        response,
                        ProblemTypes.MALFORMED_REQUEST,
                        "The field " + name + " " + expected,
                        List.of(new Violation("/" + name, expected)));
            }
            case MissingServletRequestParameterException missing ->
                page(
                        response,
                        ProblemTypes.MALFORMED_REQUEST,
                        "The field " + missing.getParameterName() + " is required",
                        List.of(new Violation("/" + missing.getParameterName(), "is required")));
            case RequestRejectedException _ ->
                page(response, ProblemTypes.MALFORMED_REQUEST, ProblemTypes.MALFORMED_REQUEST.title(), List.of());
            case ErrorResponse known -> {
                ProblemType type = ProblemTypes.ofStatus(known.getStatusCode().value());
                known.getHeaders().forEach((name, values) -> values.forEach(value -> response.addHeader(name, value)));
                yield page(response, type, type.title(), List.of());
            }
            default -> {
                Optional<DatabaseFailure> database = DatabaseFailure.behind(exception);
                if (database.isPresent()) {
                    ProblemType type = database.get().type();
                    log.warn("{}: {} {}", type.title(), request.getMethod(), shown(request), exception);
                    yield page(response, type, type.title(), List.of());
                }
                log.error("{} {} failed", request.getMethod(), shown(request), exception);
                yield page(response, ProblemTypes.UNEXPECTED, ProblemTypes.UNEXPECTED.title(), List.of());
            }
        };
    }

    /** Returns the path for the log, without the secret of a link, which may still hold after a failure. */
    static String shown(HttpServletRequest request) {
        return SECRET.matcher(request.getRequestURI()).replaceFirst("$1…");
    }

    static ModelAndView page(
            HttpServletResponse response, ProblemType type, String detail, List<Violation> violations) {
        type.retryAfter().ifPresent(seconds -> response.setHeader(HttpHeaders.RETRY_AFTER, seconds));
        return new ModelAndView(
                "error",
                Map.of("status", type.status(), "title", type.title(), "detail", detail, "errors", violations),
                HttpStatusCode.valueOf(type.status()));
    }
}
