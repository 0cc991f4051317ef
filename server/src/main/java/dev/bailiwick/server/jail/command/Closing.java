package dev.bailiwick.server.jail.command;

import dev.bailiwick.protocol.stream.StreamClosed;
import dev.bailiwick.server.problem.Failure;
import org.springframework.web.socket.CloseStatus;

/** The codes with which the sockets of sessions close. */
final class Closing {

    /** The right was withdrawn, or no ticket came first: trying again makes no sense. */
    static final CloseStatus WITHDRAWN = new CloseStatus(4401, "withdrawn");

    /** The session does not exist any more. */
    static final CloseStatus GONE = new CloseStatus(4404, "gone");

    /** Nobody has done anything there for too long, or no ticket came. */
    static final CloseStatus IDLE = new CloseStatus(4408, "idle");

    /** Too many are attached. */
    static final CloseStatus NOT_NOW = new CloseStatus(4409, "not now");

    static final CloseStatus MALFORMED = new CloseStatus(4400, "malformed");

    /** Trying again makes sense, with another ticket. */
    static final CloseStatus LATER = new CloseStatus(1013, "try again later");

    private Closing() {}

    static CloseStatus of(Failure e) {
        return e.type().retryable() ? LATER : e.type().status() == 404 ? GONE : WITHDRAWN;
    }

    /** @param reason why the stream to the host has ended */
    static CloseStatus of(String reason) {
        return switch (reason) {
            case "ended", StreamClosed.DONE -> CloseStatus.NORMAL;
            case "gone" -> GONE;
            case "overloaded" -> NOT_NOW;
            case "malformed" -> MALFORMED;
            case StreamClosed.WITHDRAWN -> WITHDRAWN;
            default -> LATER;
        };
    }
}
