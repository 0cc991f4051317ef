package dev.bailiwick.server.jail.rest;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.bailiwick.jail.draft.DefinitionDraft;
import dev.bailiwick.server.jail.view.JailView;
import org.jspecify.annotations.Nullable;

/**
 * A jail, as a client requests it. Every component may be missing.
 *
 * @param host the host of the jail; if it is missing, the server chooses a connected host
 * @param plan the plan that it is put on, in its latest version
 */
public record JailRequest(
        @Nullable String customer,
        @Nullable String host,
        @Nullable String externalId,
        @Nullable String plan,
        @JsonUnwrapped DefinitionDraft draft) {

    /** The members that are not part of the definition. */
    record Owner(
            @Nullable String customer,
            @Nullable String host,
            @Nullable String externalId,
            @Nullable String plan) {}

    static JailRequest of(Owner owner, DefinitionDraft draft) {
        return new JailRequest(owner.customer, owner.host, owner.externalId, owner.plan, draft);
    }

    static JailRequest of(JailView jail) {
        return new JailRequest(
                jail.customer().toString(),
                jail.host().toString(),
                jail.externalId().orElse(null),
                jail.plan().map(on -> on.plan().toString()).orElse(null),
                DefinitionDraft.of(jail.definition()));
    }
}
