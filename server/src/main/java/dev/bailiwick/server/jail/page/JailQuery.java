package dev.bailiwick.server.jail.page;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.server.jail.view.JailFilter;
import dev.bailiwick.server.jail.view.JailOrder;
import dev.bailiwick.server.jail.view.LabelFilter;
import dev.bailiwick.server.page.PageAddress;
import dev.bailiwick.server.page.SortDirection;
import dev.bailiwick.server.page.SortLink;
import dev.bailiwick.server.problem.InvalidRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The parameters in the address of the list of jails. An invalid value counts as absent, but an invalid label matches
 * no jail.
 */
public record JailQuery(String q, String phase, String host, String label, String sort, String from) {

    public JailQuery {
        q = Objects.requireNonNullElse(q, "").strip();
        phase = Objects.requireNonNullElse(phase, "");
        host = Objects.requireNonNullElse(host, "");
        label = Objects.requireNonNullElse(label, "").strip();
        sort = Objects.requireNonNullElse(sort, "");
        from = Objects.requireNonNullElse(from, "");
    }

    boolean unfiltered() {
        return q.isEmpty() && phase.isEmpty() && host.isEmpty() && label.isEmpty() && from.isEmpty();
    }

    /** Returns whether the list shows removed jails. */
    boolean removed() {
        return phase.equals(Phase.REMOVED.text());
    }

    public JailFilter filter() {
        return new JailFilter(
                read(host).map(HostId::parse),
                Optional.empty(),
                phase.isEmpty() ? Optional.empty() : Optional.of(phase),
                q.isEmpty() ? Optional.empty() : Optional.of(q),
                labels());
    }

    private List<LabelFilter> labels() {
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
        JailOrder now = order();
        Map<String, SortLink> sorts = new LinkedHashMap<>();
        for (JailOrder.Column column : JailOrder.Column.values()) {
            JailOrder first = new JailOrder(
                    column, column == JailOrder.Column.CHANGED ? SortDirection.DESCENDING : SortDirection.ASCENDING);
            JailOrder next = first.equals(now) ? first.reversed() : first;
            sorts.put(
                    column.text(),
                    new SortLink(
                            new JailQuery(q, phase, host, label, next.text(), "").address("/jails", "", ""),
                            now.column() == column ? now.direction().text() : null));
        }
        return sorts;
    }

    /**
     * Returns the address of the list, or of its live stream.
     *
     * @param start the id of the first jail; empty for the first page
     * @param seen the stamp of the content that the page already shows; empty for the list itself
     */
    public String address(String path, String start, String seen) {
        Map<String, String> asked = new LinkedHashMap<>();
        asked.put("q", q);
        asked.put("phase", phase);
        asked.put("host", host);
        asked.put("label", label);
        asked.put("sort", sort);
        asked.put("from", start);
        asked.put("seen", seen);
        return PageAddress.of(path, asked);
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
