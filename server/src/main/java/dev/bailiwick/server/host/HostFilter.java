package dev.bailiwick.server.host;

import dev.bailiwick.jail.PlainText;
import dev.bailiwick.server.problem.InvalidRequest;
import java.util.Optional;

/**
 * Which hosts to list.
 *
 * @param text part of the name, or the beginning of the id
 */
public record HostFilter(Optional<HostState> state, Optional<String> text) {

    public static final HostFilter ALL = new HostFilter(Optional.empty(), Optional.empty());

    /** @throws InvalidRequest if the text has characters that nothing has in which it is looked for */
    public HostFilter {
        text.flatMap(PlainText::fault).ifPresent(fault -> {
            throw new InvalidRequest("/q", fault);
        });
    }
}
