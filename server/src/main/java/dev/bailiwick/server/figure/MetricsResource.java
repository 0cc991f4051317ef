package dev.bailiwick.server.figure;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.figure.chart.MetricWindow;
import dev.bailiwick.server.figure.chart.Step;
import dev.bailiwick.server.jail.intent.JailNotFound;
import dev.bailiwick.server.problem.Fails;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import java.time.Clock;
import java.util.List;
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

    private final JailMetrics metrics;
    private final JailMarkers markers;
    private final JsonMapper json;
    private final Clock clock;

    MetricsResource(JailMetrics metrics, JailMarkers markers, JsonMapper json, Clock clock) {
        this.metrics = metrics;
        this.markers = markers;
        this.json = json;
        this.clock = clock;
    }

    @Fails({JailNotFound.class})
    @Operation(
            operationId = "listMetrics",
            summary = "Get what a jail used over time",
            description =
                    "Metrics that the host does not measure are left out, and so are steps in which the jail did not run. Figures of five"
                            + " minutes are kept for 35 days, of hours for two years. The markers are not part of the CSV.",
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
        boolean isCsv = CsvFormat.isWanted(format, accept);
        MetricWindow window = MetricWindow.parse(from, to, step, clock.instant());
        List<Step> steps = metrics.of(caller, id, window);
        if (isCsv) {
            return ResponseEntity.ok().contentType(CsvFormat.TYPE).body(MetricsCsv.of(JailMetrics.ALL, steps));
        }
        return ResponseEntity.ok()
                .contentType(MediaType.APPLICATION_JSON)
                .body(json.writeValueAsBytes(
                        MetricsDocument.of(window, JailMetrics.ALL, steps, markers.of(caller, id, window, steps))));
    }
}
