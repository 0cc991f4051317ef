package dev.bailiwick.server.page;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.signin.Credential;
import dev.bailiwick.server.account.stream.OpenStreams;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.thymeleaf.ITemplateEngine;
import org.thymeleaf.TemplateSpec;
import org.thymeleaf.context.Context;
import org.thymeleaf.templatemode.TemplateMode;

/**
 * The streams of server-sent events that keep open pages true. A stream ends when its viewer's access is withdrawn, see {@link
 * OpenStreams}, and after ten minutes in any case: then the browser opens another and is asked again who it is.
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
     * Begins with what the page does not show yet. Its first request says by the parameter {@code seen}, a {@link LivePart#stamp}, what
     * it was rendered with; a page that has received more since then says so by its last event, and is sent everything.
     *
     * @throws dev.bailiwick.server.account.stream.TooManyStreams if as many are open as may be
     */
    public SseEmitter open(HttpServletRequest request, Caller caller, LivePage page) {
        Viewer viewer = Viewer.of(caller);
        // Read here, since the request is not to be touched from the stream's thread.
        CsrfToken csrf = (CsrfToken) request.getAttribute(CsrfToken.class.getName());
        Map<String, Object> common = new HashMap<>();
        common.put("viewer", viewer);
        common.put(StaticFiles.ICONS, request.getAttribute(StaticFiles.ICONS));
        if (csrf != null) {
            common.put("csrf", Csrf.of(csrf));
        }
        SseEmitter emitter = new SseEmitter(LIFETIME.toMillis());
        LiveStream stream = new LiveStream(emitter, page, seen(request), part -> render(part, common));
        OpenStreams.Place place = streams.admit(caller, Credential.of(request), stream::end);
        stream.start(place::close);
        return emitter;
    }

    private static String seen(HttpServletRequest request) {
        String seen = request.getParameter("seen");
        return seen == null || request.getHeader("Last-Event-ID") != null ? "" : seen;
    }

    private String render(LivePart part, Map<String, Object> common) {
        Context context = new Context(Locale.ENGLISH, common);
        context.setVariables(part.shows());
        return templates.process(
                new TemplateSpec(part.template(), Set.of(part.fragment()), TemplateMode.HTML, null), context);
    }
}
