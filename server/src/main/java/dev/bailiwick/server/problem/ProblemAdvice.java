package dev.bailiwick.server.problem;

import dev.bailiwick.jail.validation.InvalidDefinition;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.jail.validation.Violation;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.TypeMismatchException;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.web.firewall.RequestRejectedException;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.bind.MethodArgumentNotValidException;
import org.springframework.web.bind.MissingServletRequestParameterException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.context.request.async.AsyncRequestTimeoutException;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;
import org.springframework.web.servlet.resource.NoResourceFoundException;

/**
 * Answers all failures under {@code /api} with problem documents.
 *
 * <p>400: the request cannot be read, or has an unknown parameter. 422: some of its fields or parameters have invalid values. 404: the object does not exist, belongs to another
 * customer, or the path has an invalid id.
 */
@RestControllerAdvice
@Order(Ordered.HIGHEST_PRECEDENCE)
class ProblemAdvice extends ResponseEntityExceptionHandler {

    private static final Logger log = LoggerFactory.getLogger(ProblemAdvice.class);
    private static final String NOTHING = "There is nothing at this path";

    @ExceptionHandler
    ResponseEntity<Object> failure(Failure failure, HttpServletResponse response) {
        requireUnanswered(failure, response);
        return answer(failure);
    }

    /**
     * Throws the failure again in the middle of an answer, and the container ends the connection: a problem must not follow half of another
     * answer, nor a half look like a whole. One that has not begun is forgotten.
     */
    private static <X extends Exception> void requireUnanswered(X failure, HttpServletResponse response) throws X {
        if (response.isCommitted()) {
            throw failure;
        }
        forgetLength(response);
    }

    /** Takes back the length of an answer that has not begun: what is answered instead of it has another. */
    static void forgetLength(HttpServletResponse response) {
        if (response.containsHeader(HttpHeaders.CONTENT_LENGTH)) {
            response.setContentLengthLong(-1);
        }
    }

    private static ResponseEntity<Object> answer(Failure failure) {
        return answer(failure.type(), ProblemTypes.document(failure), HttpHeaders.EMPTY);
    }

    @ExceptionHandler
    ResponseEntity<Object> invalidDefinition(InvalidDefinition invalid, HttpServletResponse response) {
        requireUnanswered(invalid, response);
        return answer(ProblemTypes.INVALID_DEFINITION, invalid.getMessage(), invalid.violations(), HttpHeaders.EMPTY);
    }

    @ExceptionHandler
    ResponseEntity<Object> invalidValue(InvalidValue invalid, HttpServletResponse response) {
        requireUnanswered(invalid, response);
        return answer(
                InvalidRequest.TYPE,
                "A value " + invalid.reason(),
                List.of(new Violation("", invalid.reason())),
                HttpHeaders.EMPTY);
    }

    @ExceptionHandler
    ResponseEntity<Object> changedMeanwhile(OptimisticLockingFailureException conflict, HttpServletResponse response) {
        requireUnanswered(conflict, response);
        return answer(
                ProblemTypes.CHANGED_MEANWHILE,
                "Another request changed it at the same time",
                List.of(),
                HttpHeaders.EMPTY);
    }

    /** Answers a header or a parameter name with control characters, which Spring Security's firewall rejects at the first read. */
    @ExceptionHandler
    ResponseEntity<Object> rejected(RequestRejectedException rejected, HttpServletResponse response) {
        requireUnanswered(rejected, response);
        return answer(
                ProblemTypes.MALFORMED_REQUEST, ProblemTypes.MALFORMED_REQUEST.title(), List.of(), HttpHeaders.EMPTY);
    }

    /** Answers an unexpected failure of the server or the database; leaves failures of authentication to the security filters. */
    @ExceptionHandler
    @Nullable
    ResponseEntity<Object> unexpected(Exception unexpected, HttpServletRequest request, HttpServletResponse response)
            throws Exception {
        if (unexpected instanceof AccessDeniedException || unexpected instanceof AuthenticationException) {
            throw unexpected;
        }
        if (response.isCommitted()) {
            log.warn("{} {} ended: {}", request.getMethod(), request.getRequestURI(), unexpected.toString());
            if (isEventStream(response)) {
                // Nobody takes one for complete, and there may be hundreds of them.
                return null;
            }
        }
        requireUnanswered(unexpected, response);
        Optional<DatabaseFailure> database = DatabaseFailure.behind(unexpected);
        if (database.isPresent()) {
            ProblemType type = database.get().type();
            log.warn("{}: {} {}", type.title(), request.getMethod(), request.getRequestURI(), unexpected);
            return answer(type, database.get().detail(), List.of(), HttpHeaders.EMPTY);
        }
        log.error("{} {} failed", request.getMethod(), request.getRequestURI(), unexpected);
        return answer(ProblemTypes.UNEXPECTED, "See the server's log", List.of(), HttpHeaders.EMPTY);
    }

    static boolean isEventStream(HttpServletResponse response) {
        return String.valueOf(response.getContentType()).startsWith(MediaType.TEXT_EVENT_STREAM_VALUE);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleHttpMessageNotReadable(
            HttpMessageNotReadableException unreadable,
            HttpHeaders headers,
            HttpStatusCode status,
            WebRequest request) {
        for (Throwable cause = unreadable; cause != null; cause = cause.getCause()) {
            if (cause instanceof Failure failure) {
                return answer(failure);
            }
        }
        return UnreadableBody.explain(unreadable).answer();
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleMethodArgumentNotValid(
            MethodArgumentNotValidException invalid, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        List<Violation> violations = invalid.getFieldErrors().stream()
                .map(error -> new Violation(
                        "/" + error.getField().replaceAll("\\[(\\d+)]", "/$1").replace('.', '/'),
                        String.valueOf(error.getDefaultMessage())))
                .toList();
        return answer(new InvalidRequest(violations));
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleTypeMismatch(
            TypeMismatchException mismatch, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        if (mismatch instanceof MethodArgumentTypeMismatchException argument
                && argument.getParameter().hasParameterAnnotation(PathVariable.class)) {
            return answer(ProblemTypes.NOT_FOUND, NOTHING, List.of(), headers);
        }
        return answer(new InvalidRequest("/" + mismatch.getPropertyName(), ExpectedValue.inForm(mismatch)));
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleMissingServletRequestParameter(
            MissingServletRequestParameterException missing,
            HttpHeaders headers,
            HttpStatusCode status,
            WebRequest request) {
        return answer(new InvalidRequest("/" + missing.getParameterName(), "is required"));
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleNoResourceFoundException(
            NoResourceFoundException nothing, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        return answer(ProblemTypes.NOT_FOUND, NOTHING, List.of(), headers);
    }

    /** Ends the stream of a page whose time is over; the browser opens another. This is no failure to be logged. */
    @Override
    protected @Nullable ResponseEntity<Object> handleAsyncRequestTimeoutException(
            AsyncRequestTimeoutException over, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        return null;
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleExceptionInternal(
            Exception failed, @Nullable Object body, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        if (status.is5xxServerError()) {
            log.error("{} failed", request.getDescription(false), failed);
        }
        return super.handleExceptionInternal(failed, body, headers, status, request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleHttpMediaTypeNotSupported(
            HttpMediaTypeNotSupportedException refused,
            HttpHeaders headers,
            HttpStatusCode status,
            WebRequest request) {
        ProblemDetail document = refused.getBody();
        if (!refused.getSupportedMediaTypes().isEmpty()) {
            document.setDetail("The type of the body is " + refused.getContentType() + "; it must be "
                    + MediaType.toString(refused.getSupportedMediaTypes()));
        }
        return handleExceptionInternal(refused, document, headers, status, request);
    }

    /** Replaces the documents of Spring MVC's own exceptions, which lack our members. */
    @Override
    protected ResponseEntity<Object> createResponseEntity(
            @Nullable Object body, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        ProblemType type = ProblemTypes.ofStatus(status.value());
        String detail = body instanceof ProblemDetail document && document.getDetail() != null
                ? document.getDetail()
                : type.title();
        return answer(type, detail, List.of(), headers);
    }

    static ResponseEntity<Object> answer(
            ProblemType type, @Nullable String detail, List<Violation> violations, HttpHeaders headers) {
        return answer(type, ProblemTypes.document(type, detail, violations), headers);
    }

    private static ResponseEntity<Object> answer(ProblemType type, ProblemDetail document, HttpHeaders headers) {
        return ResponseEntity.status(type.status())
                .headers(headers)
                .headers(more -> type.retryAfter().ifPresent(seconds -> more.set(HttpHeaders.RETRY_AFTER, seconds)))
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(document);
    }
}
