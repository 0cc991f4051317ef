package dev.bailiwick.server.figure;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.problem.ExpectedValue;
import dev.bailiwick.server.problem.InvalidRequest;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.json.JsonMapper;

/** The API for what jails used in a month. */
@RestController
class UsageResource {

    private final Meter meter;
    private final UsageVerification verification;
    private final JsonMapper json;
    private final Clock clock;

    UsageResource(Meter meter, UsageVerification verification, JsonMapper json, Clock clock) {
        this.meter = meter;
        this.verification = verification;
        this.json = json;
        this.clock = clock;
    }

    @Operation(
            operationId = "getUsage",
            summary = "Get what jails used in a month, for bills",
            description =
                    "The answer has a line of JSON for each customer, external id or jail that the caller may see, also for jails that were"
                            + " removed. Readings that a host sends late or again change no sum, and a lost reading is covered by the next one."
                            + " A month is sealed seven days after its end: then its lines have sealedAt and do not change any more.",
            responses =
                    @ApiResponse(
                            responseCode = "200",
                            content = {
                                @Content(
                                        mediaType = MediaType.APPLICATION_NDJSON_VALUE,
                                        schema = @Schema(implementation = UsageDocument.class)),
                                @Content(mediaType = "text/csv", schema = @Schema(type = "string"))
                            }))
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
                    String groupBy,
            @Parameter(description = "json or csv; by default as the header Accept prefers")
                    @RequestParam(required = false)
                    @Nullable
                    String format,
            @Parameter(hidden = true) @RequestHeader(name = "Accept", required = false) @Nullable String accept) {
        boolean isCsv = CsvFormat.isWanted(format, accept);
        List<UsageDocument> lines =
                UsageDocument.all(meter.of(caller, UsagePeriod.parse(period, clock.instant()), group(groupBy)));
        return ResponseEntity.ok()
                .contentType(isCsv ? CsvFormat.TYPE : MediaType.APPLICATION_NDJSON)
                .body(isCsv ? UsageDocument.csv(lines).getBytes(StandardCharsets.UTF_8) : json(lines));
    }

    private byte[] json(List<UsageDocument> lines) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (UsageDocument line : lines) {
            bytes.writeBytes(json.writeValueAsBytes(line));
            bytes.write('\n');
        }
        return bytes.toByteArray();
    }

    /** @throws InvalidRequest naming the parameter, if there is no such group */
    static Meter.Group group(@Nullable String text) {
        return Arrays.stream(Meter.Group.values())
                .filter(group -> text == null || group.text().equals(text))
                .findFirst()
                .orElseThrow(() -> new InvalidRequest(
                        "/groupBy",
                        ExpectedValue.oneOf(Arrays.stream(Meter.Group.values()).map(Meter.Group::text))));
    }

    record VerificationRequest(
            @Schema(
                    description = "A sealed month of UTC such as 2026-10, of the last two years",
                    requiredMode = Schema.RequiredMode.REQUIRED)
            @Nullable
            String period) {}

    /**
     * Whether a sealed month is still as it was sealed.
     *
     * @param equal whether the stored amounts are those that were sealed, and those that the readings give
     * @param sealedDigest SHA-256 of the amounts when they were sealed
     * @param digest SHA-256 of the amounts that are stored now
     * @param differences those of the first 1,000 jails with any
     * @param more whether further jails have differences
     */
    record VerificationDocument(
            String period,
            boolean equal,
            String sealedDigest,
            String digest,
            List<DifferenceDocument> differences,
            boolean more) {}

    /**
     * An amount that differs.
     *
     * @param sealed what is stored as sealed; null if nothing is
     * @param computed what the readings give; null if they give nothing
     */
    record DifferenceDocument(
            UUID customer,
            UUID jail,
            String metric,
            @Nullable Long sealed,
            @Nullable Long computed) {

        private static DifferenceDocument of(UsageVerification.Difference difference) {
            return new DifferenceDocument(
                    difference.customer(),
                    difference.jail(),
                    difference.metric().text(),
                    difference.sealed(),
                    difference.computed());
        }
    }

    @Operation(
            operationId = "verifyUsage",
            summary = "Compute a sealed month again, and compare",
            description =
                    "For staff. Computes the amounts of a sealed month from the readings that are kept, and names those that differ. Changes"
                            + " nothing.")
    @PostMapping("/api/v1/usage:verify")
    VerificationDocument verify(Caller caller, @RequestBody VerificationRequest wanted) {
        if (wanted.period() == null) {
            throw new InvalidRequest("/period", "is required");
        }
        UsageVerification.Result result =
                verification.verify(caller, UsagePeriod.parse(wanted.period(), clock.instant()));
        return new VerificationDocument(
                result.seal().period().toString(),
                result.isEqual(),
                String.valueOf(result.seal().digest()),
                result.digest(),
                result.differences().stream().map(DifferenceDocument::of).toList(),
                result.more());
    }
}
