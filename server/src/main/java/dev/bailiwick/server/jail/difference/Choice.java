package dev.bailiwick.server.jail.difference;

import dev.bailiwick.jail.Held;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** What an operator may want of a jail about which its host and the server differ. */
enum Choice {
    /** The server takes over what the host has. */
    ADOPT,
    /** The host takes what the server has. */
    RESTORE,
    /** The jail goes, with its files kept. */
    REMOVE,
    /** It stays as it is. */
    KEEP;

    String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<Choice> of(String text) {
        return Stream.of(values()).filter(choice -> choice.text().equals(text)).findFirst();
    }

    static List<Choice> of(HostsVersion version) {
        return switch (version.kind()) {
            case UNKNOWN -> version.has().isPresent() ? List.of(ADOPT, REMOVE, KEEP) : List.of(REMOVE, KEEP);
            case CHANGED -> List.of(ADOPT, RESTORE, KEEP);
            case REMOVED -> List.of(REMOVE, RESTORE, KEEP);
        };
    }

    /** Whether something is lost by it that nobody can bring back: a definition, and the processes of jails that stop. */
    boolean givesUp(String kind) {
        return this == REMOVE || this == RESTORE && kind.equals(Held.Kind.CHANGED.text());
    }

    /** For a whole kind at once. */
    static List<Choice> of(Held.Kind kind) {
        return switch (kind) {
            case UNKNOWN -> List.of(ADOPT, REMOVE, KEEP);
            case CHANGED -> List.of(ADOPT, RESTORE, KEEP);
            case REMOVED -> List.of(REMOVE, RESTORE, KEEP);
        };
    }
}
