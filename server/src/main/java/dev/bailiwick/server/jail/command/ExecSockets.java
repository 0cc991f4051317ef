package dev.bailiwick.server.jail.command;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.authentication.Credential;
import dev.bailiwick.server.account.stream.OpenStreams;
import dev.bailiwick.server.jail.command.JailSessions.Reached;
import dev.bailiwick.server.problem.InvalidRequest;
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
import org.springframework.web.socket.WebSocketHttpHeaders;
import org.springframework.web.socket.server.HandshakeFailureException;
import org.springframework.web.socket.server.support.DefaultHandshakeHandler;

/** Opens the WebSockets of those who attach to sessions of commands. */
@Component
class ExecSockets implements DisposableBean {

    private final JailSessions sessions;
    private final AttachTickets tickets;
    private final OpenStreams streams;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("exec-sockets").factory());

    ExecSockets(JailSessions sessions, AttachTickets tickets, OpenStreams streams) {
        this.sessions = sessions;
        this.tickets = tickets;
        this.streams = streams;
    }

    JailSessions sessions() {
        return sessions;
    }

    AttachTickets tickets() {
        return tickets;
    }

    ScheduledExecutorService timer() {
        return timer;
    }

    /** Returns whether streams end because access to them was withdrawn; otherwise the server is stopping. */
    boolean isServing() {
        return streams.isRunning();
    }

    /**
     * Upgrades a request to a WebSocket.
     *
     * @throws UpgradeRequired if it asks for none
     * @throws ForeignOrigin if a page of another site sent it
     * @throws dev.bailiwick.server.account.stream.TooManyStreams if the caller has too many streams open
     */
    void upgrade(
            HttpServletRequest request, HttpServletResponse response, Caller caller, Reached session, long offset) {
        requireUpgrade(request);
        requireOwnOrigin(request);
        ExecSocket socket = new ExecSocket(this, caller, session, offset);
        socket.admitted(streams.admit(caller, Credential.of(request), socket::withdrawn));
        // The handler keeps its subprotocols, so each request has its own.
        DefaultHandshakeHandler handshake = new DefaultHandshakeHandler();
        handshake.setSupportedProtocols(ExecSocket.SUBPROTOCOL);
        boolean isOpen = false;
        try {
            // Tomcat may refuse what Spring has accepted.
            isOpen = handshake.doHandshake(
                            new ServletServerHttpRequest(new WithoutExtensions(request)),
                            new ServletServerHttpResponse(response),
                            socket,
                            Map.of())
                    && response.getStatus() == HttpServletResponse.SC_SWITCHING_PROTOCOLS;
        } catch (HandshakeFailureException e) {
            throw new UpgradeRequired();
        } finally {
            if (!isOpen) {
                socket.leave();
            }
        }
    }

    /** @throws InvalidRequest if no output has this offset */
    static long requireOffset(long offset) {
        if (offset < 0) {
            throw new InvalidRequest("/offset", "must be 0 or more");
        }
        return offset;
    }

    private static void requireUpgrade(HttpServletRequest request) {
        String protocols = request.getHeader(WebSocketHttpHeaders.SEC_WEBSOCKET_PROTOCOL);
        if (!"websocket".equalsIgnoreCase(request.getHeader(HttpHeaders.UPGRADE))
                || protocols == null
                || !List.of(protocols.split("\\s*,\\s*")).contains(ExecSocket.SUBPROTOCOL)) {
            throw new UpgradeRequired();
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
