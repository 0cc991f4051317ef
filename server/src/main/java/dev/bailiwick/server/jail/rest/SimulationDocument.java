package dev.bailiwick.server.jail.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.bailiwick.jail.draft.PolicyDraft;
import dev.bailiwick.server.jail.intent.Restart;
import dev.bailiwick.server.jail.rest.PolicyDocuments.ChangeDocument;
import dev.bailiwick.server.jail.rest.PolicyDocuments.ExplanationDocument;
import dev.bailiwick.server.jail.rest.PolicyDocuments.FilterDocument;
import dev.bailiwick.server.jail.rest.PolicyDocuments.WarningDocument;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The result of a simulation.
 *
 * @param weakenings the calls that the profile decides more loosely than the profile from which it is derived
 * @param against the policy with which the policy is compared
 * @param restart whether the policy would restart the given jail; absent without a jail
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record SimulationDocument(
        String architecture,
        List<ChangeDocument> weakenings,
        PolicyDraft against,
        List<ChangeDocument> diff,
        List<WarningDocument> warnings,
        List<ExplanationDocument> explanations,
        FilterDocument filter,
        @Nullable Restart restart,
        String restartRule) {}
