package dev.bailiwick.server.figure;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.bailiwick.jail.figure.Metric;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What was used in a month, as a line of an answer.
 *
 * @param period the month
 * @param sealedAt when the amounts were sealed; absent if they may still grow
 * @param jail the jail; absent if the line is about several
 * @param jailName absent too if nothing is known of the jail any more
 * @param externalId of the jails; for staff, of the customer if lines are by customer
 * @param used the sums of all counters that the hosts measured, by the names of metrics: microseconds, bytes or numbers
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record UsageDocument(
        String period,
        @Nullable Instant sealedAt,
        UUID customer,
        String customerName,
        @Nullable UUID jail,
        @Nullable String jailName,
        @Nullable String externalId,
        Map<String, Long> used) {

    private static final List<String> METRICS =
            Metric.counters().stream().map(Metric::text).toList();

    static List<UsageDocument> all(Meter.Month month) {
        return month.usage().stream().map(usage -> of(month, usage)).toList();
    }

    private static UsageDocument of(Meter.Month month, Meter.Usage usage) {
        Map<String, Long> used = new LinkedHashMap<>();
        for (Metric metric : Metric.counters()) {
            Long value = usage.used().get(metric);
            if (value != null) {
                used.put(metric.text(), value);
            }
        }
        return new UsageDocument(
                month.period().toString(),
                month.sealedAt(),
                usage.customer(),
                usage.customerName(),
                usage.jail(),
                usage.name(),
                usage.externalId(),
                used);
    }

    /** Returns all lines as comma-separated values, with the names of the columns in the first one. */
    static String csv(List<UsageDocument> lines) {
        StringBuilder text = new StringBuilder(CsvFormat.line(Stream.concat(
                        Stream.of("period", "sealedAt", "customer", "customerName", "jail", "jailName", "externalId"),
                        METRICS.stream())
                .toList()));
        lines.forEach(line -> text.append(CsvFormat.line(line.cells())));
        return text.toString();
    }

    private List<String> cells() {
        List<String> cells = new ArrayList<>();
        for (Object value :
                new @Nullable Object[] {period, sealedAt, customer, customerName, jail, jailName, externalId}) {
            cells.add(Objects.toString(value, ""));
        }
        METRICS.forEach(metric -> cells.add(Objects.toString(used.get(metric), "")));
        return cells;
    }
}
