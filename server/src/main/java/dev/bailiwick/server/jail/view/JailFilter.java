package dev.bailiwick.server.jail.view;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.jail.text.PlainText;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.problem.InvalidRequest;
import dev.bailiwick.server.request.FreeText;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A filter for a list of jails.
 *
 * @param phase a phase in its textual form, or {@code unknown}
 * @param text part of the name, the hostname, the external id, an address or the customer's name, or the beginning of
 *     the id
 * @param labels the conditions on labels; a jail has to meet all of them
 * @param externalId the whole external id
 */
public record JailFilter(
        Optional<HostId> host,
        Optional<CustomerId> customer,
        Optional<String> phase,
        Optional<String> text,
        List<LabelFilter> labels,
        Optional<String> externalId) {

    /** The description of the parameter in the API. */
    public static final String EXTERNAL_ID = "The whole external id of the jails, 1 to 200 characters";

    private static final int MAX_EXTERNAL_ID = 200;

    public static final JailFilter ALL =
            new JailFilter(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    /** Returns this filter, narrowed to the jails that the caller may see; empty if there are none. */
    public Optional<JailFilter> visibleTo(Caller caller) {
        Optional<CustomerId> own = caller.customer();
        if (own.isEmpty()) {
            return Optional.of(this);
        }
        return customer.isPresent() && !customer.equals(own)
                ? Optional.empty()
                : Optional.of(new JailFilter(host, own, phase, text, labels, externalId));
    }

    /** Returns all values that {@link #phase} can have. */
    public static List<String> phases() {
        return Stream.concat(Stream.of(Phase.values()).map(Phase::text), Stream.of("unknown"))
                .toList();
    }

    /** Creates a filter without conditions on labels. */
    public JailFilter(
            Optional<HostId> host, Optional<CustomerId> customer, Optional<String> phase, Optional<String> text) {
        this(host, customer, phase, text, List.of());
    }

    /** Creates a filter without an external id. */
    public JailFilter(
            Optional<HostId> host,
            Optional<CustomerId> customer,
            Optional<String> phase,
            Optional<String> text,
            List<LabelFilter> labels) {
        this(host, customer, phase, text, labels, Optional.empty());
    }

    /** @throws InvalidRequest if the text has characters that none of the searched fields can have, or no jail can have the external id */
    public JailFilter {
        labels = List.copyOf(labels);
        text.flatMap(PlainText::fault).ifPresent(fault -> {
            throw new InvalidRequest("/q", fault);
        });
        List<Violation> violations = new ArrayList<>();
        externalId.ifPresent(id -> FreeText.check("/externalId", id, MAX_EXTERNAL_ID, violations));
        if (!violations.isEmpty()) {
            throw new InvalidRequest(violations);
        }
    }
}
