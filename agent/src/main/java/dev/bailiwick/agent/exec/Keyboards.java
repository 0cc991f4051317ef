package dev.bailiwick.agent.exec;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * How much input was taken of each keyboard whose viewer has left, so that one that comes again sends the rest and nothing twice. The lock of
 * the session guards it.
 */
final class Keyboards {

    /** Several times as many as are attached at once. A keyboard that was forgotten begins from scratch. */
    private static final int MAX = 64;

    private final Map<Owned, Long> taken = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Owned, Long> eldest) {
            return size() > MAX;
        }
    };

    /** @param viewer so that a keyboard is nobody else's, although its id is guessed */
    private record Owned(String viewer, UUID id) {}

    /** Gives the viewer its keyboard. Returns the viewer that had it, and is still attached. */
    Optional<SessionViewer> give(SessionViewer viewer, UUID id, List<SessionViewer> attached) {
        left(viewer);
        Optional<SessionViewer> former = attached.stream()
                .filter(other ->
                        other != viewer && other.name.equals(viewer.name) && other.keyboard.equals(Optional.of(id)))
                .findFirst();
        former.ifPresent(this::left);
        Long before = taken.remove(new Owned(viewer.name, id));
        viewer.keyboard = Optional.of(id);
        viewer.taken = before == null ? 0 : before;
        viewer.hasNewInput = true;
        return former;
    }

    /** Keeps what was taken of the viewer's keyboard, if it has one, for when it comes again. */
    void left(SessionViewer viewer) {
        viewer.keyboard.ifPresent(id -> taken.put(new Owned(viewer.name, id), viewer.taken));
        viewer.keyboard = Optional.empty();
    }
}
