package dev.bailiwick.server.problem;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.apache.coyote.CloseNowException;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Has the container break off an answer whose reason has been logged. It logs any other failure that leaves the filters as a fault of the
 * program, with its stack.
 *
 * <p>Of a request that fails in its first dispatch, the container ends the stream of HTTP/2 before it resets it, which makes a half look like
 * a whole. It only resets the stream if a later dispatch fails, so the failure is thrown in one.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
class BrokenAnswers extends OncePerRequestFilter {

    private static final String FAILED = BrokenAnswers.class.getName() + ".FAILED";

    @Override
    protected boolean shouldNotFilterAsyncDispatch() {
        return false;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain rest)
            throws ServletException, IOException {
        if (request.getAttribute(FAILED) instanceof ServletException failed) {
            throw failure(failed);
        }
        try {
            rest.doFilter(request, response);
        } catch (ServletException e) {
            if (!isEndedBeforeReset(request, response)) {
                throw failure(e);
            }
            request.setAttribute(FAILED, e);
            request.startAsync(request, response).dispatch();
        }
    }

    private static boolean isEndedBeforeReset(HttpServletRequest request, HttpServletResponse response) {
        return response.isCommitted()
                && request.getProtocol().equals("HTTP/2.0")
                && request.getDispatcherType() == DispatcherType.REQUEST
                && request.isAsyncSupported()
                && !request.isAsyncStarted();
    }

    private static ServletException failure(ServletException failed) throws CloseNowException {
        if (failed.getCause() instanceof AnswerBroken) {
            throw new CloseNowException(failed);
        }
        return failed;
    }
}
