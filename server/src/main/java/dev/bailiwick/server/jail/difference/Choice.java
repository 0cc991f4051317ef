package dev.bailiwick.server.jail.difference;

import dev.bailiwick.jail.desired.Hold;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** A decision of an operator about a jail that differs between its host and the server. */
enum Choice {
    /** The server takes over the host's version. */
    ADOPT,
    /** The host takes over the server's version. */
    RESTORE,
    /** The jail is removed, and its files are kept. */
    REMOVE,
    /** Both versions stay as they are. */
    KEEP;

    String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<Choice> of(String text) {
        return Stream.of(values()).filter(choice -> choice.text().equals(text)).findFirst();
    }

    static List<Choice> of(DifferingJail version) {
        return switch (version.kind()) {
            case UNKNOWN -> version.has().isPresent() ? List.of(ADOPT, REMOVE, KEEP) : List.of(REMOVE, KEEP);
            case CHANGED -> List.of(ADOPT, RESTORE, KEEP);
            case REMOVED -> List.of(REMOVE, RESTORE, KEEP);
        };
    }

    /**
     * Returns whether the decision loses something that nobody can bring back: a definition, or the processes of a jail
     * that stops.
     */
    boolean givesUp(String kind) {
        return this == REMOVE || this == RESTORE && kind.equals(Hold.Kind.CHANGED.text());
    }

    /** Returns the decisions that an operator can make about all jails of a kind at once. */
    static List<Choice> of(Hold.Kind kind) {
        return switch (kind) {
            case UNKNOWN -> List.of(ADOPT, REMOVE, KEEP);
            case CHANGED -> List.of(ADOPT, RESTORE, KEEP);
            case REMOVED -> List.of(REMOVE, RESTORE, KEEP);
        };
    }
}
