package dev.bailiwick.server.ssh;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.JailName;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.view.JailView;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;

/** Finds the jail that a client names. */
@Component
class JailNames {

    private final Jails jails;

    JailNames(Jails jails) {
        this.jails = jails;
    }

    /**
     * Returns the id of the jail that the caller names; whether they may work in it is yet to be checked.
     *
     * @param text a name, or an id
     * @throws NotPossible if the caller sees no such jail, or several
     */
    JailId find(Caller caller, String text) throws NotPossible {
        if (text.isEmpty()) {
            throw new NotPossible("Name the jail after your login and a plus sign: " + caller.login()
                    + "+JAIL, by its name or its id.");
        }
        Optional<JailId> id = id(text);
        if (id.isPresent()) {
            return id.get();
        }
        List<JailView> found = isName(text) ? caller.rows().call(() -> jails.named(caller, text)) : List.of();
        if (found.isEmpty()) {
            throw new NotPossible("You have no jail of this name.");
        }
        if (found.size() > 1) {
            throw new NotPossible("You have several jails of this name. Use the id of one instead of its name: "
                    + found.stream().map(jail -> jail.id().toString()).collect(Collectors.joining(", ")));
        }
        return found.getFirst().id();
    }

    /** The database takes no text with NUL. */
    private static boolean isName(String text) {
        try {
            return new JailName(text).value().equals(text);
        } catch (InvalidValue noName) {
            return false;
        }
    }

    private static Optional<JailId> id(String text) {
        try {
            return Optional.of(JailId.parse(text));
        } catch (InvalidValue aName) {
            return Optional.empty();
        }
    }
}
