package dev.bailiwick.server.jail.socket;

import jakarta.websocket.Session;
import java.time.Duration;
import org.springframework.web.socket.WebSocketSession;
import org.springframework.web.socket.adapter.NativeWebSocketSession;

/**
 * What holds for all sockets of one kind.
 *
 * @param subprotocol which a client asks for
 * @param binaryBytes that a binary message can have
 * @param textCharacters that a text message can have
 * @param sendTimeout how long a message waits for a client that does not read
 * @param maxSilence how long a client answers no ping
 */
public record SocketKind(
        String subprotocol, int binaryBytes, int textCharacters, Duration sendTimeout, Duration maxSilence) {

    void limit(WebSocketSession socket) {
        socket.setBinaryMessageSizeLimit(binaryBytes);
        socket.setTextMessageSizeLimit(textCharacters);
        limitSending(socket, sendTimeout);
    }

    /** Bounds how long later messages wait for a client that does not read. */
    static void limitSending(WebSocketSession socket, Duration timeout) {
        if (socket instanceof NativeWebSocketSession known && known.getNativeSession() instanceof Session tomcat) {
            tomcat.getUserProperties().put("org.apache.tomcat.websocket.BLOCKING_SEND_TIMEOUT", timeout.toMillis());
        }
    }
}
