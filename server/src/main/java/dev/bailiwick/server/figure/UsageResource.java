package dev.bailiwick.server.figure;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.bailiwick.jail.figure.Metric;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.problem.ExpectedValue;
import dev.bailiwick.server.problem.InvalidRequest;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import java.io.ByteArrayOutputStream;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.json.JsonMapper;

/** The API for what jails used in a month. */
@RestController
class UsageResource {

    /** How long figures by the hour are kept. */
    private static final int KEPT_MONTHS = 24;

    private final Meter meter;
    private final JsonMapper json;
    private final Clock clock;

    UsageResource(Meter meter, JsonMapper json, Clock clock) {
        this.meter = meter;
        this.json = json;
        this.clock = clock;
    }

    /**
     * What was used in a month.
     *
     * @param period the month
     * @param jail the jail; absent if the line is about several
     * @param jailName absent too if nothing is known of the jail any more
     * @param externalId of the jails; for staff, of the customer if lines are by customer
     * @param used the sums of all counters that the hosts measured, by the names of metrics: microseconds, bytes or numbers
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record UsageDocument(
            String period,
            UUID customer,
            String customerName,
            @Nullable UUID jail,
            @Nullable String jailName,
            @Nullable String externalId,
            Map<String, Long> used) {

        private static UsageDocument of(YearMonth period, Meter.Usage usage) {
            Map<String, Long> used = new LinkedHashMap<>();
            for (Metric metric : Metric.counters()) {
                Long value = usage.used().get(metric);
                if (value != null) {
                    used.put(metric.text(), value);
                }
            }
            return new UsageDocument(
                    period.toString(),
                    usage.customer(),
                    usage.customerName(),
                    usage.jail(),
                    usage.name(),
                    usage.externalId(),
                    used);
        }
    }

    @Operation(
            operationId = "getUsage",
            summary = "Get what jails used in a month, for bills",
            description =
                    "The answer has a line of JSON for each customer, external id or jail that the caller may see, also for jails that were"
                            + " removed. Readings that a host sends late or again change no sum, and a lost reading is covered by the next one.",
            responses =
                    @ApiResponse(
                            responseCode = "200",
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_NDJSON_VALUE,
                                            schema = @Schema(implementation = UsageDocument.class))))
    @GetMapping("/api/v1/usage")
    ResponseEntity<byte[]> get(
            Caller caller,
            @Parameter(
                            description =
                                    "A month of UTC such as 2026-11, of the last two years; the current one by default")
                    @RequestParam(required = false)
                    @Nullable
                    String period,
            @Parameter(description = "What a line is about: customer, externalId or jail; customer by default")
                    @RequestParam(required = false)
                    @Nullable
                    String groupBy) {
        YearMonth month = month(period);
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        for (Meter.Usage usage : meter.of(caller, month, group(groupBy))) {
            lines.writeBytes(json.writeValueAsBytes(UsageDocument.of(month, usage)));
            lines.write('\n');
        }
        return ResponseEntity.ok().contentType(MediaType.APPLICATION_NDJSON).body(lines.toByteArray());
    }

    private YearMonth month(@Nullable String period) {
        YearMonth current = YearMonth.from(clock.instant().atZone(ZoneOffset.UTC));
        if (period == null) {
            return current;
        }
        try {
            YearMonth month = YearMonth.parse(period);
            if (!month.isAfter(current) && !month.isBefore(current.minusMonths(KEPT_MONTHS))) {
                return month;
            }
        } catch (DateTimeException e) {
            throw new InvalidRequest("/period", "must be a month such as 2026-11");
        }
        throw new InvalidRequest("/period", "must be a month of the last two years");
    }

    private static Meter.Group group(@Nullable String text) {
        return Arrays.stream(Meter.Group.values())
                .filter(group -> text == null || group.text().equals(text))
                .findFirst()
                .orElseThrow(() -> new InvalidRequest(
                        "/groupBy",
                        ExpectedValue.oneOf(Arrays.stream(Meter.Group.values()).map(Meter.Group::text))));
    }
}
