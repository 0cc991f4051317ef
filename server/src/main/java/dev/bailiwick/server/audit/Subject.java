package dev.bailiwick.server.audit;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The object that an event is about. */
public record Subject(String kind, String id, @Nullable UUID customer) {

    public static Subject of(String kind, Object id) {
        return new Subject(kind, id.toString(), null);
    }

    public Subject visibleTo(UUID owner) {
        return new Subject(kind, id, owner);
    }
}
