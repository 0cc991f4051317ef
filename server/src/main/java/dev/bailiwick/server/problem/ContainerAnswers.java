package dev.bailiwick.server.problem;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.Writer;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.core.StandardHost;
import org.apache.catalina.valves.ErrorReportValve;
import org.apache.catalina.valves.ValveBase;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.core.Ordered;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;

/** Has what the container answers by itself carry the same headers as everything else, and say as little. */
@Component
class ContainerAnswers implements WebServerFactoryCustomizer<TomcatServletWebServerFactory>, Ordered {

    /** After those of Spring Boot: the valve that is added last is asked first. */
    @Override
    public int getOrder() {
        return Ordered.LOWEST_PRECEDENCE;
    }

    @Override
    public void customize(TomcatServletWebServerFactory factory) {
        factory.addEngineValves(new Headers());
        factory.addContextCustomizers(context -> {
            if (context.getParent() instanceof StandardHost host) {
                host.setErrorReportValveClass(Report.class.getName());
                host.getPipeline().addValve(new Report());
            }
        });
    }

    /** Before anybody looks at the request, so also where nobody does. */
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

    /** Answers a request that no servlet was found for, because it is none: in place of a page that says which container this is. */
    static final class Report extends ErrorReportValve {

        @Override
        protected void report(Request request, Response response, @Nullable Throwable cause) {
            int status = response.getStatus();
            if (status < HttpServletResponse.SC_BAD_REQUEST
                    || response.getContentWritten() > 0
                    || !response.setErrorReported()) {
                return;
            }
            // An error may have cleared them.
            SecurityHeaders.on(response, request.isSecure());
            response.setHeader("Cache-Control", "no-store");
            ProblemType type = ProblemTypes.ofStatus(status);
            response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
            try {
                Writer writer = response.getReporter();
                if (writer != null) {
                    // Fixed words: nothing of the request is in it.
                    writer.write("{\"type\":\"%s\",\"title\":\"%s\",\"status\":%d,\"retryable\":%b}"
                            .formatted(type.uri(), type.title(), type.status(), type.retryable()));
                    response.finishResponse();
                }
            } catch (IOException | IllegalStateException gone) {
                // The client has gone.
                return;
            }
        }
    }
}
