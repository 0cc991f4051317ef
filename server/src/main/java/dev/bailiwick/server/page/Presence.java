package dev.bailiwick.server.page;

import dev.bailiwick.server.account.Caller;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** The stream of pages without live parts: it shows whether the server is reachable and the session is valid. */
@Controller
class Presence {

    private static final LivePage NOTHING = new LivePage() {
        @Override
        public List<LivePart> parts() {
            return List.of();
        }

        @Override
        public Watch watch(Runnable wake) {
            return () -> {};
        }
    };

    private final LiveStreams streams;

    Presence(LiveStreams streams) {
        this.streams = streams;
    }

    @GetMapping("/live")
    SseEmitter live(Caller caller, HttpServletRequest request) {
        return streams.open(request, caller, "", NOTHING);
    }
}
