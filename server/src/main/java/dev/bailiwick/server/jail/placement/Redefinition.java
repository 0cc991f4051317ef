package dev.bailiwick.server.jail.placement;

import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.desired.PreviousFiles;
import dev.bailiwick.server.network.AddressChoices;

/**
 * A definition that is to replace the one that a jail has.
 *
 * @param choices which of its addresses the server chooses when it stores the definition
 * @param previous what happens to the files of the jail at another path; the choice of the last definition that changed the path counts
 */
public record Redefinition(JailDefinition definition, AddressChoices choices, PreviousFiles previous) {

    /** Returns a redefinition that names all addresses; files are moved to another path. */
    public static Redefinition of(JailDefinition definition) {
        return new Redefinition(definition, AddressChoices.NONE, PreviousFiles.MOVED);
    }
}
