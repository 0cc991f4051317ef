package dev.bailiwick.server.jail.socket;

import dev.bailiwick.protocol.stream.StreamClosed;
import dev.bailiwick.server.problem.Failure;
import org.springframework.web.socket.CloseStatus;

/** The codes with which sockets close. */
public final class Closing {

    /** The right was withdrawn, or no ticket came first: trying again makes no sense. */
    public static final CloseStatus WITHDRAWN = new CloseStatus(4401, "withdrawn");

    /** What it led to does not exist any more. */
    public static final CloseStatus GONE = new CloseStatus(4404, "gone");

    /** Nobody has done anything there for too long, or no ticket came. */
    public static final CloseStatus IDLE = new CloseStatus(4408, "idle");

    /** Too many are attached. */
    public static final CloseStatus NOT_NOW = new CloseStatus(4409, "not now");

    public static final CloseStatus MALFORMED = new CloseStatus(4400, "malformed");

    /** Trying again makes sense, with another ticket. */
    public static final CloseStatus LATER = new CloseStatus(1013, "try again later");

    private Closing() {}

    public static CloseStatus of(Failure e) {
        if (e.type().retryable()) {
            return LATER;
        }
        return switch (e.type().status()) {
            // Also if the jail is being removed, or its customer is suspended.
            case 404, 409 -> GONE;
            default -> WITHDRAWN;
        };
    }

    /** @param reason why the stream to the host has ended */
    public static CloseStatus of(String reason) {
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
