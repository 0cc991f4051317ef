package dev.bailiwick.server.jail.page;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.jail.view.JailFilter;
import dev.bailiwick.server.jail.view.JailOrder;
import dev.bailiwick.server.jail.view.LabelFilter;
import dev.bailiwick.server.page.PageAddress;
import dev.bailiwick.server.page.SortDirection;
import dev.bailiwick.server.page.SortLink;
import dev.bailiwick.server.problem.InvalidRequest;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The parameters in the address of the list of jails. An invalid value counts as absent, but an invalid label matches
 * no jail, and likewise a customer without an id.
 *
 * @param customer an id, or as it was typed; see {@link CustomerFilter}
 */
public record JailQuery(String q, String phase, String host, String customer, String label, String sort, String from) {

    public JailQuery {
        q = Objects.requireNonNullElse(q, "").strip();
        phase = Objects.requireNonNullElse(phase, "");
        host = Objects.requireNonNullElse(host, "");
        customer = Objects.requireNonNullElse(customer, "").strip();
        label = Objects.requireNonNullElse(label, "").strip();
        sort = Objects.requireNonNullElse(sort, "");
        from = Objects.requireNonNullElse(from, "");
    }

    boolean unfiltered() {
        return q.isEmpty()
                && phase.isEmpty()
                && host.isEmpty()
                && customer.isEmpty()
                && label.isEmpty()
                && from.isEmpty();
    }

    /** Returns whether the list shows removed jails. */
    boolean removed() {
        return phase.equals(Phase.REMOVED.text());
    }

    public JailFilter filter() {
        return new JailFilter(
                read(host).map(HostId::parse),
                read(customer).map(CustomerId::parse),
                phase.isEmpty() ? Optional.empty() : Optional.of(phase),
                q.isEmpty() ? Optional.empty() : Optional.of(q),
                labels());
    }

    /** Returns the same query with this id of a customer. */
    JailQuery of(String id) {
        return new JailQuery(q, phase, host, id, label, sort, from);
    }

    private List<LabelFilter> labels() {
        if (!customer.isEmpty() && read(customer).isEmpty()) {
            return List.of(LabelFilter.NONE);
        }
        try {
            return label.isEmpty() ? List.of() : List.of(LabelFilter.parse(label));
        } catch (InvalidRequest unfinished) {
            return List.of(LabelFilter.NONE);
        }
    }

    public Optional<JailId> start() {
        return read(from).map(JailId::parse);
    }

    JailOrder order() {
        try {
            return sort.isEmpty() ? JailOrder.NEWEST_FIRST : JailOrder.parse(sort);
        } catch (InvalidRequest e) {
            return JailOrder.NEWEST_FIRST;
        }
    }

    /**
     * Returns the link that sorts by each column. The first click on the time of the last change shows the latest jails
     * first.
     */
    Map<String, SortLink> sorts() {
        List<String> orders = Stream.of(JailOrder.Column.values())
                .map(JailOrder.Column::text)
                .map(column -> column.equals("changed") ? SortDirection.DESCENDING.sign() + column : column)
                .toList();
        return SortLink.of(
                orders,
                order().text(),
                sorted -> new JailQuery(q, phase, host, customer, label, sorted, "").address("/jails", "", ""));
    }

    /**
     * Returns the address of the list, or of its live stream.
     *
     * @param start the id of the first jail; empty for the first page
     * @param seen the stamp of the content that the page already shows; empty for the list itself
     */
    public String address(String path, String start, String seen) {
        return new PageAddress(path)
                .with("q", q)
                .with("phase", phase)
                .with("host", host)
                .with("customer", customer)
                .with("label", label)
                .with("sort", sort)
                .with("from", start)
                .with("seen", seen)
                .text();
    }

    private static Optional<String> read(String id) {
        try {
            return id.isEmpty()
                    ? Optional.empty()
                    : Optional.of(JailId.parse(id).toString());
        } catch (InvalidValue e) {
            return Optional.empty();
        }
    }
}
