package dev.bailiwick.server.jail.rest;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.bailiwick.jail.DefinitionDraft;
import dev.bailiwick.server.jail.JailView;
import org.jspecify.annotations.Nullable;

/**
 * A jail as it is asked for; every component may be missing.
 *
 * @param host where it is to run; by default a connected host is chosen
 */
public record WantedJail(
        @Nullable String customer,
        @Nullable String host,
        @Nullable String externalId,
        @JsonUnwrapped DefinitionDraft draft) {

    /** The members beside those of the definition. */
    record Owner(
            @Nullable String customer,
            @Nullable String host,
            @Nullable String externalId) {}

    static WantedJail of(Owner owner, DefinitionDraft draft) {
        return new WantedJail(owner.customer, owner.host, owner.externalId, draft);
    }

    static WantedJail of(JailView jail) {
        return new WantedJail(
                jail.customer().toString(),
                jail.host().toString(),
                jail.externalId().orElse(null),
                DefinitionDraft.of(jail.definition()));
    }
}
