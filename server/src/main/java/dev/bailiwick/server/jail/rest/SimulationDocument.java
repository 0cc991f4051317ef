package dev.bailiwick.server.jail.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.bailiwick.jail.PolicyDraft;
import dev.bailiwick.server.jail.Restart;
import dev.bailiwick.server.jail.rest.PolicyDocuments.ChangeDocument;
import dev.bailiwick.server.jail.rest.PolicyDocuments.ExplanationDocument;
import dev.bailiwick.server.jail.rest.PolicyDocuments.FilterDocument;
import dev.bailiwick.server.jail.rest.PolicyDocuments.WarningDocument;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a policy would come to.
 *
 * @param weakenings what the profile lets pass that the one it is derived from refuses
 * @param against what the difference is to
 * @param restart whether the jail that was named would restart; absent where none was
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
