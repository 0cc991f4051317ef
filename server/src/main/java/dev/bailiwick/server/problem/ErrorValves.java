package dev.bailiwick.server.problem;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.Writer;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.core.StandardHost;
import org.apache.catalina.valves.ErrorReportValve;
import org.apache.catalina.valves.ValveBase;
import org.apache.coyote.ActionCode;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.core.Ordered;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;

/** Adds the security headers to the container's own answers, and replaces its error page, which reveals more than ours. */
@Component
class ErrorValves implements WebServerFactoryCustomizer<TomcatServletWebServerFactory>, Ordered {

    /** Runs after the customizers of Spring Boot: the valve that is added last runs first. */
    @Override
    public int getOrder() {
        return Ordered.LOWEST_PRECEDENCE;
    }

    @Override
    public void customize(TomcatServletWebServerFactory factory) {
        factory.addEngineValves(new Headers());
        factory.addContextValves(new Halves());
        factory.addContextCustomizers(context -> {
            if (context.getParent() instanceof StandardHost host) {
                host.setErrorReportValveClass(Report.class.getName());
                host.getPipeline().addValve(new Report());
            }
        });
    }

    /** Sets the headers first, so that requests that no filter or servlet sees get them too. */
    private static final class Headers extends ValveBase {

        private Headers() {
            super(true);
        }

        @Override
        public void invoke(Request request, Response response) throws IOException, ServletException {
            SecurityHeaders.on(response, request.isSecure());
            getNext().invoke(request, response);
        }
    }

    /**
     * Breaks off an answer that failed after a part of it was sent. Otherwise the container would end it: a stream of HTTP/2 then looks like
     * that of a whole answer.
     */
    private static final class Halves extends ValveBase {

        private Halves() {
            super(true);
        }

        @Override
        public void invoke(Request request, Response response) throws IOException, ServletException {
            getNext().invoke(request, response);
            if (response.isCommitted() && response.isErrorReportRequired()) {
                try {
                    response.flushBuffer();
                } catch (IOException gone) {
                    // The client has disconnected.
                    return;
                }
                response.getCoyoteResponse()
                        .action(ActionCode.CLOSE_NOW, request.getAttribute(RequestDispatcher.ERROR_EXCEPTION));
                // So that nothing says that this is the end.
                response.setSuspended(true);
            }
        }
    }

    /** Answers requests that no servlet handles, as they are invalid; replaces a page that names the container and its version. */
    static final class Report extends ErrorReportValve {

        @Override
        protected void report(Request request, Response response, @Nullable Throwable cause) {
            int status = response.getStatus();
            if (status < HttpServletResponse.SC_BAD_REQUEST
                    || response.getContentWritten() > 0
                    || !response.setErrorReported()) {
                return;
            }
            // An error may have cleared the headers.
            SecurityHeaders.on(response, request.isSecure());
            response.setHeader("Cache-Control", "no-store");
            ProblemType type = ProblemTypes.ofStatus(status);
            response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
            try {
                Writer writer = response.getReporter();
                if (writer != null) {
                    // The text has no content of the request.
                    writer.write("{\"type\":\"%s\",\"title\":\"%s\",\"status\":%d,\"retryable\":%b}"
                            .formatted(type.uri(), type.title(), type.status(), type.retryable()));
                    response.finishResponse();
                }
            } catch (IOException | IllegalStateException gone) {
                // The client has disconnected.
                return;
            }
        }
    }
}
