package dev.bailiwick.server.jail.address;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.network.reverse.ReverseName;
import dev.bailiwick.server.problem.InvalidRequest;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A request to name an address of a jail.
 *
 * @param name null for none, which has to be said: a body without it takes no name away
 */
record NameRequest(
        @Schema(description = "An address of the jail", requiredMode = Schema.RequiredMode.REQUIRED) @Nullable
        String address,

        @JsonProperty(required = true)
        @Schema(
                description = "The full host name to which the address leads, such as mail.example.org; null for none",
                requiredMode = Schema.RequiredMode.REQUIRED)
        @Nullable
        String name) {

    /** What is asked for. */
    record Change(IpAddress address, Optional<ReverseName> name) {}

    /** @throws InvalidRequest naming each field that is wrong */
    Change change() {
        List<Violation> violations = new ArrayList<>();
        Optional<IpAddress> read = Optional.empty();
        Optional<ReverseName> given = Optional.empty();
        try {
            if (address == null) {
                violations.add(new Violation("/address", "is required"));
            } else {
                read = Optional.of(IpAddress.parse(address));
            }
        } catch (InvalidValue e) {
            violations.add(new Violation("/address", e.reason()));
        }
        try {
            given = Optional.ofNullable(name).map(ReverseName::parse);
        } catch (InvalidValue e) {
            violations.add(new Violation("/name", e.reason()));
        }
        if (!violations.isEmpty()) {
            throw new InvalidRequest(violations);
        }
        return new Change(read.orElseThrow(), given);
    }
}
