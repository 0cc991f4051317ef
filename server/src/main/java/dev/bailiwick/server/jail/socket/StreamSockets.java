package dev.bailiwick.server.jail.socket;

import dev.bailiwick.server.account.authentication.Credential;
import dev.bailiwick.server.account.stream.OpenStreams;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.ServletServerHttpRequest;
import org.springframework.http.server.ServletServerHttpResponse;
import org.springframework.stereotype.Component;
import org.springframework.web.socket.CloseStatus;
import org.springframework.web.socket.WebSocketHttpHeaders;
import org.springframework.web.socket.server.HandshakeFailureException;
import org.springframework.web.socket.server.support.DefaultHandshakeHandler;

/** Opens WebSockets, and knows what all of them need. */
@Component
public class StreamSockets implements DisposableBean {

    private final OpenStreams streams;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("stream-sockets").factory());

    StreamSockets(OpenStreams streams) {
        this.streams = streams;
    }

    ScheduledExecutorService timer() {
        return timer;
    }

    /** Returns with which code a socket closes whose stream is ended. */
    CloseStatus ending() {
        if (!streams.isRunning()) {
            return CloseStatus.GOING_AWAY;
        }
        // Whoever may not have another is refused the ticket.
        return streams.isUncertain() ? Closing.LATER : Closing.WITHDRAWN;
    }

    /**
     * Upgrades a request to a WebSocket. If that fails, the socket gives up its places.
     *
     * @throws UpgradeRequired if it asks for none
     * @throws ForeignOrigin if a page of another site sent it
     * @throws dev.bailiwick.server.account.stream.TooManyStreams if the caller has too many streams open
     */
    public void upgrade(HttpServletRequest request, HttpServletResponse response, StreamSocket socket) {
        boolean isOpen = false;
        try {
            requireUpgrade(request, socket.subprotocol());
            requireOwnOrigin(request);
            socket.admitted(socket.admit(streams, Credential.of(request), socket::withdrawn));
            isOpen = handshake(request, response, socket);
        } finally {
            if (!isOpen) {
                socket.leave();
            }
        }
    }

    /** Returns whether the socket is open. */
    private static boolean handshake(HttpServletRequest request, HttpServletResponse response, StreamSocket socket) {
        // The handler keeps its subprotocols, so each request has its own.
        DefaultHandshakeHandler handshake = new DefaultHandshakeHandler();
        handshake.setSupportedProtocols(socket.subprotocol());
        try {
            // Tomcat may refuse what Spring has accepted.
            return handshake.doHandshake(
                            new ServletServerHttpRequest(new WithoutExtensions(request)),
                            new ServletServerHttpResponse(response),
                            socket,
                            Map.of())
                    && response.getStatus() == HttpServletResponse.SC_SWITCHING_PROTOCOLS;
        } catch (HandshakeFailureException e) {
            throw new UpgradeRequired(socket.subprotocol());
        }
    }

    private static void requireUpgrade(HttpServletRequest request, String subprotocol) {
        String protocols = request.getHeader(WebSocketHttpHeaders.SEC_WEBSOCKET_PROTOCOL);
        if (!"websocket".equalsIgnoreCase(request.getHeader(HttpHeaders.UPGRADE))
                || protocols == null
                || !List.of(protocols.split("\\s*,\\s*")).contains(subprotocol)) {
            throw new UpgradeRequired(subprotocol);
        }
    }

    /** A browser always says which page opens a WebSocket; programs, which have a token, say nothing. */
    private static void requireOwnOrigin(HttpServletRequest request) {
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        String own = request.getScheme() + "://" + request.getHeader(HttpHeaders.HOST);
        boolean byToken = Credential.of(request).session().isEmpty();
        if (origin == null ? !byToken : !origin.equals(own)) {
            throw new ForeignOrigin();
        }
    }

    @Override
    public void destroy() {
        timer.shutdownNow();
    }

    /** Offers no extension: Tomcat would accept compression, which costs memory for each socket and tells lengths of secrets. */
    private static final class WithoutExtensions extends HttpServletRequestWrapper {

        WithoutExtensions(HttpServletRequest request) {
            super(request);
        }

        @Override
        public @Nullable String getHeader(String name) {
            return isExtension(name) ? null : super.getHeader(name);
        }

        @Override
        public Enumeration<String> getHeaders(String name) {
            return isExtension(name) ? Collections.emptyEnumeration() : super.getHeaders(name);
        }

        private static boolean isExtension(String name) {
            return name.equalsIgnoreCase(WebSocketHttpHeaders.SEC_WEBSOCKET_EXTENSIONS);
        }
    }
}
