package dev.bailiwick.server.jail.network;

import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.problem.InvalidRequest;
import dev.bailiwick.server.request.FreeText;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A request to create or rename a network. */
record NetworkRequest(
        @Schema(
                description = "1 to 100 characters, different from those of the customer's other networks",
                requiredMode = Schema.RequiredMode.REQUIRED)
        @Nullable
        String name) {

    private static final int MAX_LENGTH = 100;

    /**
     * Returns the name.
     *
     * @throws InvalidRequest if it is missing, too long or not plain text
     */
    String change() {
        List<Violation> violations = new ArrayList<>();
        FreeText.check("/name", name, MAX_LENGTH, violations);
        if (name == null || !violations.isEmpty()) {
            throw new InvalidRequest(violations);
        }
        return name.strip();
    }
}
