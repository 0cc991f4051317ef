package dev.bailiwick.server.jail;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.bailiwick.jail.Condition;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.StepTiming;
import dev.bailiwick.jail.syscall.Policy;
import dev.bailiwick.jail.syscall.PolicyOverride;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Role;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A jail as the API shows it.
 *
 * @param generation counts its definitions; the ETag begins with it
 * @param path on the host; told to operators only
 * @param retiredAt when it was deleted; it is shown until nothing of it is left on its host
 * @param restart whether the change that this answers has the running jail start again; absent elsewhere
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record JailDocument(
        String id,
        String name,
        String customer,
        String host,
        long generation,
        @Nullable String path,
        String base,
        String hostname,
        List<String> ip,
        PolicyDocument policy,
        List<String> command,
        Map<String, String> environment,
        LimitsDocument limits,
        String wanted,
        Map<String, String> labels,
        @Nullable String externalId,
        StatusDocument status,
        Instant createdAt,
        Instant updatedAt,
        @Nullable Instant retiredAt,
        @Nullable Restart restart) {

    static JailDocument of(Caller caller, JailView jail) {
        return of(caller, jail, null);
    }

    /** The answer to a change that was made. */
    static JailDocument changed(Caller caller, JailView jail, Restart restart) {
        return of(caller, jail, restart);
    }

    private static JailDocument of(Caller caller, JailView jail, @Nullable Restart restart) {
        boolean operator = caller.role() == Role.OPERATOR;
        JailDefinition definition = jail.definition();
        return new JailDocument(
                jail.id().toString(),
                definition.name().value(),
                jail.customer().toString(),
                jail.host().toString(),
                jail.generation(),
                operator ? definition.path().value() : null,
                definition.base().text(),
                definition.hostname().value(),
                definition.addresses().all().stream().map(IpAddress::toString).toList(),
                PolicyDocument.of(definition.policy()),
                definition.command().argv(),
                definition.command().environment(),
                LimitsDocument.of(definition.limits()),
                definition.wanted().text(),
                definition.labels().all(),
                jail.externalId().orElse(null),
                StatusDocument.of(jail.status(), operator ? jail.status().initPid() : OptionalInt.empty()),
                jail.createdAt(),
                jail.updatedAt(),
                jail.retiredAt().orElse(null),
                restart);
    }

    record PolicyDocument(String profile, List<OverrideDocument> overrides) {
        static PolicyDocument of(Policy policy) {
            return new PolicyDocument(
                    policy.profile().text(),
                    policy.overrides().stream().map(OverrideDocument::of).toList());
        }
    }

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record OverrideDocument(
            String call,
            String decision,
            String reason,
            String setBy,
            @Nullable Instant until) {
        static OverrideDocument of(PolicyOverride override) {
            return new OverrideDocument(
                    override.call(),
                    override.decision().text(),
                    override.reason(),
                    override.setBy(),
                    override.until().orElse(null));
        }
    }

    /** @param memory bytes */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record LimitsDocument(
            @Nullable Long memory,
            @Nullable Integer processes,
            @Nullable Integer cpuMillis) {
        static LimitsDocument of(Limits limits) {
            return new LimitsDocument(
                    limits.memoryBytes().isPresent() ? limits.memoryBytes().getAsLong() : null,
                    limits.processes().isPresent() ? limits.processes().getAsInt() : null,
                    limits.cpuMillis().isPresent() ? limits.cpuMillis().getAsInt() : null);
        }
    }

    /**
     * @param generation the definition that this is about: the applied one, or where the phase is {@code refused} the one that could not
     *     be started
     * @param initPid as the host counts; told to operators only
     * @param steps of the last change; of a restart, those of the stop and then of the start
     * @param road where the time of the last change went before and around its steps
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record StatusDocument(
            String phase,
            long generation,
            long acceptedGeneration,
            @Nullable Instant seenAt,
            @Nullable Integer initPid,
            int restarts,
            List<Condition> conditions,
            List<StepTiming> steps,
            @Nullable Road road) {
        static StatusDocument of(JailStatus status, OptionalInt initPid) {
            return new StatusDocument(
                    status.phaseText(),
                    status.generation(),
                    status.acceptedGeneration(),
                    status.seenAt().orElse(null),
                    initPid.isPresent() ? initPid.getAsInt() : null,
                    status.restarts(),
                    status.conditions(),
                    status.steps(),
                    status.road().orElse(null));
        }
    }
}
