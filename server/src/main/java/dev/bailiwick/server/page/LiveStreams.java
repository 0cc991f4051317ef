package dev.bailiwick.server.page;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSessionEvent;
import jakarta.servlet.http.HttpSessionListener;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.thymeleaf.ITemplateEngine;
import org.thymeleaf.TemplateSpec;
import org.thymeleaf.context.Context;
import org.thymeleaf.templatemode.TemplateMode;

/**
 * The streams of server-sent events that keep open pages true. Their number is bounded, for the server and for a session; a stream
 * ends with its session, so signing out ends it, and anyway after ten minutes, when the browser opens another and is asked again
 * who it is.
 */
@Component
public class LiveStreams implements HttpSessionListener {

    static final int MOST_OF_A_SESSION = 12;
    static final int MOST = 1_000;
    private static final Duration LIFETIME = Duration.ofMinutes(10);

    private final ITemplateEngine templates;
    private final Map<String, Set<LiveStream>> bySession = new ConcurrentHashMap<>();

    LiveStreams(ITemplateEngine templates) {
        this.templates = templates;
    }

    /**
     * Begins with what the page does not show yet. Its first request says by the parameter {@code seen}, a {@link LivePart#stamp}, what
     * it was rendered with; one that was told more since says so by its last event, and is sent everything.
     *
     * @throws TooManyStreams if as many are open as may be
     */
    public SseEmitter open(HttpServletRequest request, Viewer viewer, LivePage page) {
        String session = request.getSession().getId();
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
        enter(session, stream);
        stream.start(() -> leave(session, stream));
        return emitter;
    }

    @Override
    public void sessionDestroyed(HttpSessionEvent ended) {
        Set<LiveStream> streams = bySession.get(ended.getSession().getId());
        if (streams != null) {
            streams.forEach(LiveStream::end);
        }
    }

    /** Before the web server begins to wait for its open requests. */
    @EventListener(ContextClosedEvent.class)
    void endAll() {
        bySession.values().forEach(streams -> streams.forEach(LiveStream::end));
    }

    private static String seen(HttpServletRequest request) {
        String seen = request.getParameter("seen");
        return seen == null || request.getHeader("Last-Event-ID") != null ? "" : seen;
    }

    private void enter(String session, LiveStream stream) {
        if (bySession.values().stream().mapToInt(Set::size).sum() >= MOST) {
            throw new TooManyStreams();
        }
        bySession.compute(session, (_, streams) -> {
            Set<LiveStream> some = streams == null ? ConcurrentHashMap.newKeySet() : streams;
            if (some.size() >= MOST_OF_A_SESSION) {
                throw new TooManyStreams();
            }
            some.add(stream);
            return some;
        });
    }

    private void leave(String session, LiveStream stream) {
        bySession.computeIfPresent(session, (_, streams) -> {
            streams.remove(stream);
            return streams.isEmpty() ? null : streams;
        });
    }

    private String render(LivePart part, Map<String, Object> common) {
        Context context = new Context(Locale.ENGLISH, common);
        context.setVariables(part.shows());
        return templates.process(
                new TemplateSpec(part.template(), Set.of(part.fragment()), TemplateMode.HTML, null), context);
    }
}
