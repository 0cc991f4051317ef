package dev.bailiwick.server.link;

import com.google.protobuf.ByteString;
import dev.bailiwick.protocol.v1.Dial;
import dev.bailiwick.protocol.v1.ServerMessage;
import java.util.Set;
import java.util.function.Predicate;

/** Asks the agent of one session to open streams. */
final class HostDialler {

    private final Predicate<ServerMessage> offer;
    private volatile Set<String> kinds = Set.of();

    /** @param offer sends a message; returns false if the agent has too much unread */
    HostDialler(Predicate<ServerMessage> offer) {
        this.offer = offer;
    }

    /** Sets the kinds of streams that the agent carries. */
    void carried(Set<String> named) {
        kinds = named;
    }

    boolean carries(String kind) {
        return kinds.contains(kind);
    }

    /** Asks the agent to open the stream of this ticket; returns false if it has too much unread. */
    boolean dial(ByteString ticket) {
        return offer.test(ServerMessage.newBuilder()
                .setDial(Dial.newBuilder().setTicket(ticket))
                .build());
    }
}
