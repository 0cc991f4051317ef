package dev.bailiwick.server.figure;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.figure.Metric;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.figure.JailMetrics.GaugeOfStep;
import dev.bailiwick.server.figure.JailMetrics.Step;
import dev.bailiwick.server.jail.intent.JailNotFound;
import dev.bailiwick.server.problem.Fails;
import dev.bailiwick.server.problem.InvalidRequest;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.json.JsonMapper;

/** The API for the figures of a jail. */
@RestController
class MetricsResource {

    private static final MediaType CSV = new MediaType("text", "csv", StandardCharsets.UTF_8);

    private final JailMetrics metrics;
    private final JsonMapper json;
    private final Clock clock;

    MetricsResource(JailMetrics metrics, JsonMapper json, Clock clock) {
        this.metrics = metrics;
        this.json = json;
        this.clock = clock;
    }

    /**
     * The figures of a jail.
     *
     * @param step a duration in ISO 8601
     * @param metrics those that the host measured in this time
     */
    record MetricsDocument(Instant from, Instant to, String step, List<MetricDocument> metrics) {}

    /**
     * One metric.
     *
     * @param kind {@code counter} or {@code gauge}
     * @param unit {@code microseconds}, {@code bytes} or {@code number}
     * @param points one for each step in which the jail ran
     */
    record MetricDocument(String name, String kind, String unit, List<PointDocument> points) {}

    /**
     * One step.
     *
     * @param at the beginning of the step
     * @param used what the jail used in the step; of counters only
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record PointDocument(
            Instant at,
            @Nullable Long used,
            @Nullable Long minimum,
            @Nullable Long mean,
            @Nullable Long maximum,
            @Nullable Long p95) {}

    @Fails({JailNotFound.class})
    @Operation(
            operationId = "listMetrics",
            summary = "Get what a jail used over time",
            description =
                    "Metrics that the host does not measure are left out, and so are steps in which the jail did not run. Figures of five"
                            + " minutes are kept for 35 days, of hours for two years.",
            responses =
                    @ApiResponse(
                            responseCode = "200",
                            content = {
                                @Content(
                                        mediaType = MediaType.APPLICATION_JSON_VALUE,
                                        schema = @Schema(implementation = MetricsDocument.class)),
                                @Content(mediaType = "text/csv", schema = @Schema(type = "string"))
                            }))
    @GetMapping("/api/v1/jails/{id}/metrics")
    ResponseEntity<byte[]> list(
            Caller caller,
            @PathVariable JailId id,
            @Parameter(description = "The beginning, for example 2026-11-30T00:00:00Z; a day before the end by default")
                    @RequestParam(required = false)
                    @Nullable
                    String from,
            @Parameter(description = "The end; now by default") @RequestParam(required = false) @Nullable String to,
            @Parameter(
                            description =
                                    "How long each step is: PT5M or a multiple, and from PT1H on a multiple of that. By default as short as"
                                            + " gives at most 400 steps; there may be 2,016.")
                    @RequestParam(required = false)
                    @Nullable
                    String step,
            @Parameter(description = "json or csv; by default as the header Accept prefers")
                    @RequestParam(required = false)
                    @Nullable
                    String format,
            @Parameter(hidden = true) @RequestHeader(name = "Accept", required = false) @Nullable String accept) {
        boolean isCsv = isCsv(format, accept);
        MetricWindow window = MetricWindow.parse(from, to, step, clock.instant());
        List<Step> steps = metrics.of(caller, id, window);
        byte[] body =
                isCsv ? csv(steps).getBytes(StandardCharsets.UTF_8) : json.writeValueAsBytes(document(window, steps));
        return ResponseEntity.ok()
                .contentType(isCsv ? CSV : MediaType.APPLICATION_JSON)
                .body(body);
    }

    private static boolean isCsv(@Nullable String format, @Nullable String accept) {
        if (format == null) {
            return accept != null && accept.toLowerCase(Locale.ROOT).startsWith("text/csv");
        }
        return switch (format) {
            case "csv" -> true;
            case "json" -> false;
            default -> throw new InvalidRequest("/format", "must be json or csv");
        };
    }

    private static MetricsDocument document(MetricWindow window, List<Step> steps) {
        return new MetricsDocument(
                window.from(),
                window.to(),
                window.step().toString(),
                JailMetrics.metrics(steps).stream()
                        .map(metric -> new MetricDocument(
                                metric.text(),
                                metric.kind().name().toLowerCase(Locale.ROOT),
                                metric.unit().text(),
                                points(metric, steps)))
                        .toList());
    }

    private static List<PointDocument> points(Metric metric, List<Step> steps) {
        List<PointDocument> points = new ArrayList<>();
        for (Step step : steps) {
            Long used = step.used().get(metric);
            GaugeOfStep gauge = step.gauges().get(metric);
            if (used != null) {
                points.add(new PointDocument(step.at(), used, null, null, null, null));
            } else if (gauge != null) {
                points.add(new PointDocument(
                        step.at(), null, gauge.minimum(), gauge.mean(), gauge.maximum(), gauge.p95()));
            }
        }
        return points;
    }

    /** Returns a line for each step, with the names of the columns in the first one (RFC 4180). All values are numbers and times. */
    private static String csv(List<Step> steps) {
        List<Metric> shown = JailMetrics.metrics(steps);
        StringBuilder text = new StringBuilder("at");
        for (Metric metric : shown) {
            switch (metric.kind()) {
                case COUNTER -> text.append(',').append(metric.text());
                case GAUGE ->
                    FigureColumns.GAUGE_PARTS.forEach(part ->
                            text.append(',').append(metric.text()).append('.').append(part));
            }
        }
        for (Step step : steps) {
            text.append("\r\n").append(step.at());
            for (Metric metric : shown) {
                switch (metric.kind()) {
                    case COUNTER -> text.append(',').append(text(step.used().get(metric)));
                    case GAUGE -> append(text, step.gauges().get(metric));
                }
            }
        }
        return text.append("\r\n").toString();
    }

    private static void append(StringBuilder text, @Nullable GaugeOfStep gauge) {
        if (gauge == null) {
            text.append(",,,,");
            return;
        }
        text.append(',').append(gauge.minimum()).append(',').append(gauge.mean());
        text.append(',').append(gauge.maximum()).append(',').append(gauge.p95());
    }

    private static String text(@Nullable Long value) {
        return value == null ? "" : value.toString();
    }
}
