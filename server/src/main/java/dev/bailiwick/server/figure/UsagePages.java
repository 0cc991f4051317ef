package dev.bailiwick.server.figure;

import dev.bailiwick.jail.figure.Metric;
import dev.bailiwick.jail.text.ByteSize;
import dev.bailiwick.jail.text.TimeText;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Right;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.format.TextStyle;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.ModelAndView;

/** The page with what customers used in a month, for staff, and the file of it. */
@Controller
class UsagePages {

    private static final List<Metric> DISK = List.of(Metric.READ_BYTES, Metric.WRITTEN_BYTES);

    private final Meter meter;
    private final Clock clock;

    UsagePages(Meter meter, Clock clock) {
        this.meter = meter;
        this.clock = clock;
    }

    /** A customer in the table. An amount that was not measured is empty. */
    record Row(String customer, String name, String externalId, String cpu, String disk, String received, String sent) {

        private static Row of(Meter.Usage usage) {
            return new Row(
                    usage.customer().toString(),
                    usage.customerName(),
                    usage.externalId() == null ? "" : usage.externalId(),
                    hours(usage.used().get(Metric.CPU_TIME)),
                    bytes(usage, DISK),
                    bytes(usage, List.of(Metric.RECEIVED_BYTES)),
                    bytes(usage, List.of(Metric.SENT_BYTES)));
        }

        private static String hours(@Nullable Long micros) {
            return micros == null
                    ? ""
                    : String.format(
                            Locale.ROOT,
                            "%,.2f h",
                            micros / 1e6 / Duration.ofHours(1).toSeconds());
        }

        private static String bytes(Meter.Usage usage, List<Metric> metrics) {
            List<Long> measured = metrics.stream()
                    .filter(usage.used()::containsKey)
                    .map(usage.used()::get)
                    .toList();
            return measured.isEmpty()
                    ? ""
                    : ByteSize.text(measured.stream().mapToLong(Long::longValue).sum());
        }
    }

    /** A month that can be chosen. */
    record Choice(String period, String name) {

        private static Choice of(YearMonth month) {
            return new Choice(month.toString(), text(month));
        }
    }

    @GetMapping("/usage")
    ModelAndView show(Caller caller, @RequestParam(required = false) @Nullable String period) {
        caller.require(Right.SEE);
        Instant now = clock.instant();
        Meter.Month month = meter.of(caller, UsagePeriod.parse(period, now), Meter.Group.CUSTOMER);
        Instant sealedAt = month.sealedAt();
        return new ModelAndView(
                "usage",
                Map.of(
                        "rows",
                        month.usage().stream().map(Row::of).toList(),
                        "period",
                        month.period().toString(),
                        "month",
                        text(month.period()),
                        "months",
                        IntStream.rangeClosed(0, UsageSeals.VERIFIED_MONTHS)
                                .mapToObj(back ->
                                        Choice.of(UsagePeriod.current(now).minusMonths(back)))
                                .toList(),
                        "sealed",
                        sealedAt != null,
                        "sealedAt",
                        TimeText.of(
                                sealedAt != null
                                        ? sealedAt
                                        : UsageSeals.start(month.period().plusMonths(1))
                                                .plus(UsageSeals.OPEN)),
                        "groups",
                        List.of(Meter.Group.CUSTOMER.text(), Meter.Group.EXTERNAL_ID.text(), Meter.Group.JAIL.text())));
    }

    @GetMapping("/usage/csv")
    ResponseEntity<byte[]> download(
            Caller caller,
            @RequestParam(required = false) @Nullable String period,
            @RequestParam(required = false) @Nullable String groupBy) {
        caller.require(Right.SEE);
        Meter.Group group = UsageResource.group(groupBy);
        Meter.Month month = meter.of(caller, UsagePeriod.parse(period, clock.instant()), group);
        return CsvFormat.file(
                "usage-" + month.period() + "-" + group.text(),
                UsageDocument.csv(UsageDocument.all(month)).getBytes(StandardCharsets.UTF_8));
    }

    private static String text(YearMonth month) {
        return month.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH) + " " + month.getYear();
    }
}
