package dev.bailiwick.server.host;

import dev.bailiwick.jail.text.PlainText;
import dev.bailiwick.server.problem.InvalidRequest;
import java.util.Optional;

/**
 * Selects the hosts of a list.
 *
 * @param text part of the name, or the beginning of the id
 */
public record HostFilter(Optional<HostState> state, Optional<String> text) {

    public static final HostFilter ALL = new HostFilter(Optional.empty(), Optional.empty());

    /** @throws InvalidRequest if the text is not plain text, which names and ids always are */
    public HostFilter {
        text.flatMap(PlainText::fault).ifPresent(fault -> {
            throw new InvalidRequest("/q", fault);
        });
    }
}
