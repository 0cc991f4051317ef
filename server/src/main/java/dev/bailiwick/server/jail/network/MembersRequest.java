package dev.bailiwick.server.jail.network;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.problem.InvalidRequest;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A request to make jails members of a network. */
record MembersRequest(
        @Schema(description = "The ids of jails of the customer, 1 to 100", requiredMode = Schema.RequiredMode.REQUIRED)
        @Nullable
        List<@Nullable String> jails) {

    private static final int MAX_JAILS = 100;

    /** @throws InvalidRequest naming each entry that is no id */
    List<JailId> change() {
        if (jails == null || jails.isEmpty() || jails.size() > MAX_JAILS) {
            throw new InvalidRequest("/jails", "must have 1 to " + MAX_JAILS + " entries");
        }
        List<JailId> ids = new ArrayList<>();
        List<Violation> violations = new ArrayList<>();
        for (int index = 0; index < jails.size(); index++) {
            String text = jails.get(index);
            try {
                ids.add(JailId.parse(text == null ? "" : text));
            } catch (InvalidValue e) {
                violations.add(new Violation("/jails/" + index, e.reason()));
            }
        }
        if (!violations.isEmpty()) {
            throw new InvalidRequest(violations);
        }
        return ids;
    }
}
