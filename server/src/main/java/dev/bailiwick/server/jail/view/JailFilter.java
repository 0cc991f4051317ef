package dev.bailiwick.server.jail.view;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.jail.text.PlainText;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.Access;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.problem.InvalidRequest;
import dev.bailiwick.server.request.FreeText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A filter for a list of jails.
 *
 * @param phase a phase in its textual form, or {@code unknown}
 * @param text part of the name, the hostname, the external id, an address or the customer's name, or the beginning of
 *     the id
 * @param labels the conditions on labels; a jail has to meet all of them
 * @param externalId the whole external id
 * @param reach the jails to which the list is limited; empty for all
 */
public record JailFilter(
        Optional<HostId> host,
        Optional<CustomerId> customer,
        Optional<String> phase,
        Optional<String> text,
        List<LabelFilter> labels,
        Optional<String> externalId,
        Optional<Reach> reach) {

    /** All jails of some customers, and single jails. */
    public record Reach(Set<CustomerId> customers, Set<JailId> jails) {
        public Reach {
            customers = Set.copyOf(customers);
            jails = Set.copyOf(jails);
        }

        /** More customers have so many of all jails that it is faster to look at these one after another. */
        private static final int MAX_SOUGHT = 100;

        /** Whether it reaches the jails of many customers. */
        boolean isWide() {
            return customers.size() > MAX_SOUGHT;
        }

        /**
         * Returns the condition for jails of the reach.
         *
         * @param parameters to which its parameters are added
         */
        public String condition(String customer, String jail, Map<String, Object> parameters) {
            parameters.put("ofCustomers", array(customers.stream().map(CustomerId::toString)));
            parameters.put("ofJails", array(jails.stream().map(JailId::toString)));
            if (isWide()) {
                // The planner expects few elements of an array, and sorts all jails; the result of a subquery is
                // hashed.
                return "(" + customer + " IN (SELECT unnest(:ofCustomers::uuid[])) OR " + jail
                        + " IN (SELECT unnest(:ofJails::uuid[])))";
            }
            // A subquery is evaluated once. The cast of a parameter would be evaluated for each row, of thousands of
            // customers of a reseller.
            return "(" + customer + " = ANY ((SELECT :ofCustomers::uuid[])::uuid[]) OR " + jail
                    + " = ANY ((SELECT :ofJails::uuid[])::uuid[]))";
        }

        private static String array(Stream<String> ids) {
            return ids.collect(Collectors.joining(",", "{", "}"));
        }
    }

    /** The description of the parameter in the API. */
    public static final String EXTERNAL_ID = "The whole external id of the jails, 1 to 200 characters";

    private static final int MAX_EXTERNAL_ID = 200;

    public static final JailFilter ALL =
            new JailFilter(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    /** Returns this filter, narrowed to the jails that the caller may see; empty if there are none. */
    public Optional<JailFilter> visibleTo(Caller caller) {
        if (caller.seesInstallation()) {
            return Optional.of(this);
        }
        Access access = caller.access();
        Set<CustomerId> whole = access.wholeCustomers();
        if (access.jails().isEmpty() && whole.size() < 2) {
            // The usual case, for which there are indexes.
            return customer.isEmpty() || whole.contains(customer.get())
                    ? whole.stream().findFirst().map(this::of)
                    : Optional.empty();
        }
        return Optional.of(new JailFilter(
                host,
                customer,
                phase,
                text,
                labels,
                externalId,
                Optional.of(new Reach(whole, access.jails().keySet()))));
    }

    private JailFilter of(CustomerId only) {
        return new JailFilter(host, Optional.of(only), phase, text, labels, externalId, reach);
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

    /** Creates a filter for all jails that meet its conditions. */
    public JailFilter(
            Optional<HostId> host,
            Optional<CustomerId> customer,
            Optional<String> phase,
            Optional<String> text,
            List<LabelFilter> labels,
            Optional<String> externalId) {
        this(host, customer, phase, text, labels, externalId, Optional.empty());
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
