package dev.bailiwick.server.audit;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What an event is about.
 *
 * @param kind a singular noun: {@code jail}, {@code host}, {@code user}
 * @param customer the customer who may see the event, or null when only operators may
 */
public record Subject(String kind, String id, @Nullable UUID customer) {

    public static Subject of(String kind, Object id) {
        return new Subject(kind, id.toString(), null);
    }

    public Subject visibleTo(UUID owner) {
        return new Subject(kind, id, owner);
    }
}
