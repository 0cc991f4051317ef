package dev.bailiwick.server.page;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.authentication.Credential;
import dev.bailiwick.server.account.stream.OpenStreams;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.springframework.http.HttpMethod;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.thymeleaf.ITemplateEngine;
import org.thymeleaf.TemplateSpec;
import org.thymeleaf.context.Context;
import org.thymeleaf.templatemode.TemplateMode;

/**
 * The streams of server-sent events that keep open pages up to date. A stream ends when its viewer's access is withdrawn, see
 * {@link OpenStreams}, and after ten minutes in any case; the browser then opens another and is authenticated again.
 */
@Component
public class LiveStreams {

    private static final Duration LIFETIME = Duration.ofMinutes(10);

    private final ITemplateEngine templates;
    private final OpenStreams streams;

    LiveStreams(ITemplateEngine templates, OpenStreams streams) {
        this.templates = templates;
        this.streams = streams;
    }

    /**
     * Opens a stream, which first sends the parts that the page lacks. A page that has received updates since its first request
     * sends the id of its last event, and gets all parts.
     *
     * @param seen the {@link LivePart#stamp} that the page was rendered with, which its first request has as a parameter
     * @throws dev.bailiwick.server.account.stream.TooManyStreams if the maximum number of streams is open
     */
    public SseEmitter open(HttpServletRequest request, Caller caller, String seen, LivePage page) {
        Viewer viewer = Viewer.of(caller);
        // Read here, as the stream's thread must not use the request.
        CsrfToken csrf = (CsrfToken) request.getAttribute(CsrfToken.class.getName());
        Map<String, Object> common = new HashMap<>();
        common.put("viewer", viewer);
        common.put(StaticFiles.ICONS, request.getAttribute(StaticFiles.ICONS));
        if (csrf != null) {
            common.put("csrf", Csrf.of(csrf));
        }
        SseEmitter emitter = new SseEmitter(LIFETIME.toMillis());
        if (request.getMethod().equals(HttpMethod.HEAD.name())) {
            // Nothing of a stream would be sent, so it would not end when its client does.
            emitter.complete();
            return emitter;
        }
        String known = request.getHeader("Last-Event-ID") == null ? seen : "";
        LiveStream stream = new LiveStream(emitter, page, known, part -> render(part, common));
        OpenStreams.Place place = streams.admit(caller, Credential.of(request), stream::end);
        stream.start(caller.rows(), place::close);
        return emitter;
    }

    private String render(LivePart part, Map<String, Object> common) {
        Context context = new Context(Locale.ENGLISH, common);
        context.setVariables(part.shows());
        return templates.process(
                new TemplateSpec(part.template(), Set.of(part.fragment()), TemplateMode.HTML, null), context);
    }
}
