package dev.bailiwick.server.jail.rest;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.bailiwick.jail.Condition;
import dev.bailiwick.jail.DefinitionDraft;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.StepTiming;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.jail.JailStatus;
import dev.bailiwick.server.jail.JailView;
import dev.bailiwick.server.jail.Restart;
import dev.bailiwick.server.jail.timeline.Road;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A jail as the API shows it.
 *
 * @param generation counts its definitions; the ETag begins with it
 * @param definition in full; only operators see its path on the host
 * @param limits in numbers, whichever way they were given
 * @param retiredAt when it was deleted; it is shown until nothing of it is left on its host
 * @param restart whether the change that this answers has the running jail start again; absent elsewhere
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record JailDocument(
        String id,
        String customer,
        String host,
        long generation,
        @JsonUnwrapped @JsonIgnoreProperties("limits") DefinitionDraft definition,
        LimitsDocument limits,
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
        DefinitionDraft draft = DefinitionDraft.of(definition);
        return new JailDocument(
                jail.id().toString(),
                jail.customer().toString(),
                jail.host().toString(),
                jail.generation(),
                operator ? draft : draft.at(null, draft.ip()),
                LimitsDocument.of(definition.limits()),
                jail.externalId().orElse(null),
                StatusDocument.of(jail.status(), operator ? jail.status().initPid() : OptionalInt.empty()),
                jail.createdAt(),
                jail.updatedAt(),
                jail.retiredAt().orElse(null),
                restart);
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
     * @param initPid as the host counts; shown to operators only
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
