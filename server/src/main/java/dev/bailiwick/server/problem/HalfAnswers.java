package dev.bailiwick.server.problem;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.apache.catalina.connector.ClientAbortException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.stereotype.Component;
import org.springframework.web.context.request.async.AsyncRequestNotUsableException;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;

/**
 * Has the container end the connection on a failure in the middle of an answer: a problem must not follow half of another answer, nor a half
 * look like a whole. Comes before the resolvers of Spring, which take such a failure for handled.
 */
@Component
class HalfAnswers implements HandlerExceptionResolver, Ordered {

    private static final Logger log = LoggerFactory.getLogger(HalfAnswers.class);

    @Override
    public int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE;
    }

    /**
     * @throws AnswerBroken if the client would take what it has for the whole answer; nobody takes a stream of events for one, unless the
     *     failure is {@link AnswerCut}
     * @throws IllegalStateException likewise, if the failure is one that nobody expects
     */
    @Override
    public @Nullable ModelAndView resolveException(
            HttpServletRequest request, HttpServletResponse response, @Nullable Object handler, Exception failed) {
        if (!response.isCommitted() || ProblemAdvice.isEventStream(response) && !(failed instanceof AnswerCut)) {
            return null;
        }
        if (clientHasGone(failed)) {
            return new ModelAndView();
        }
        if (!(failed instanceof Failure) && DatabaseFailure.behind(failed).isEmpty()) {
            throw new IllegalStateException("It failed in the middle of the answer", failed);
        }
        log.warn("{} {} ended: {}", request.getMethod(), PageFailures.shown(request), failed.toString());
        throw new AnswerBroken(failed);
    }

    private static boolean clientHasGone(Exception failed) {
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            if (cause instanceof AsyncRequestNotUsableException || cause instanceof ClientAbortException) {
                return true;
            }
        }
        return false;
    }
}
