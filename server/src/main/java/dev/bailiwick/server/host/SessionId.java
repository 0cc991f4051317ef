package dev.bailiwick.server.host;

import java.util.UUID;

/** Identifies one stream between a host and a server replica. */
public record SessionId(UUID value) {

    public static SessionId random() {
        return new SessionId(UUID.randomUUID());
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
