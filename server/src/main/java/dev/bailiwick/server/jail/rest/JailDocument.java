package dev.bailiwick.server.jail.rest;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.draft.DefinitionDraft;
import dev.bailiwick.jail.report.Condition;
import dev.bailiwick.jail.report.EndCause;
import dev.bailiwick.jail.report.StepTiming;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.jail.intent.Restart;
import dev.bailiwick.server.jail.timeline.ChangeTimeline;
import dev.bailiwick.server.jail.view.JailPlan;
import dev.bailiwick.server.jail.view.JailStatus;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.plan.LimitsDocument;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A jail as the API shows it.
 *
 * @param generation the number of its current definition; the ETag begins with it
 * @param definition complete, but only operators see the path on the host
 * @param limits as numbers, whatever the form in which the client gave them
 * @param plan the id of the plan that it is on
 * @param planVersion the version of the plan; the jail stays on it when the plan changes
 * @param retiredAt when its removal was requested; the jail is shown until its host reports it removed
 * @param restart in the answer to a change, whether the change restarts the running jail; otherwise absent
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
        @Nullable String plan,
        @Nullable String planName,
        @Nullable Integer planVersion,
        StatusDocument status,
        Instant createdAt,
        Instant updatedAt,
        @Nullable Instant retiredAt,
        @Nullable Restart restart) {

    static JailDocument of(Caller caller, JailView jail) {
        return of(caller, jail, null);
    }

    /** Returns the answer to a change. */
    static JailDocument changed(Caller caller, JailView jail, Restart restart) {
        return of(caller, jail, restart);
    }

    private static JailDocument of(Caller caller, JailView jail, @Nullable Restart restart) {
        boolean operator = caller.seesInstallation();
        JailDefinition definition = jail.definition();
        DefinitionDraft draft = DefinitionDraft.of(definition);
        return new JailDocument(
                jail.id().toString(),
                jail.customer().toString(),
                jail.host().toString(),
                jail.generation(),
                operator ? draft : draft.at(null),
                LimitsDocument.of(definition.limits()),
                jail.externalId().orElse(null),
                jail.plan().map(on -> on.plan().toString()).orElse(null),
                jail.plan().map(JailPlan::name).orElse(null),
                jail.plan().map(JailPlan::number).orElse(null),
                StatusDocument.of(jail.status(), operator ? jail.status().initPid() : OptionalInt.empty()),
                jail.createdAt(),
                jail.updatedAt(),
                jail.retiredAt().orElse(null),
                restart);
    }

    /**
     * @param generation the definition of this status: the applied one or, in the phase {@code refused}, the one that
     *     could not be started
     * @param initPid the process id on the host; shown to operators only
     * @param steps the steps of the last change; for a restart, the steps of the stop and then of the start
     * @param timeline the parts of the last change's time before and after its steps
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record StatusDocument(
            @Schema(description = PHASE) String phase,

            @Schema(
                    description =
                            "The generation that the host has applied; in the phase refused, the one that it could not start.")
            long generation,

            @Schema(description = "The newest generation that the host has stored.")
            long acceptedGeneration,

            @Schema(description = "When the host reported last.") @Nullable
            Instant seenAt,

            @Schema(description = "The process id of the init on the host; only for staff.") @Nullable
            Integer initPid,

            @Schema(description = "How often the program was started again after it had ended by itself.")
            int restarts,

            @Schema(description = "What needs attention, and how the program ended.")
            List<ConditionDocument> conditions,

            @Schema(description = "The steps of the host for the last change, with their times.")
            List<StepTiming> steps,

            @Schema(description = "How long the last change took before and after these steps.") @Nullable
            ChangeTimeline timeline) {

        private static final String PHASE =
                "pending (the host has done nothing yet), starting, running, stopping, stopped (also after an end for good,"
                        + " which a condition such as Completed names), backing-off (its program keeps ending; the host waits before"
                        + " the next start), refused (it could not be started), removed, or unknown (the host is disconnected).";

        static StatusDocument of(JailStatus status, OptionalInt initPid) {
            return new StatusDocument(
                    status.phaseText(),
                    status.generation(),
                    status.acceptedGeneration(),
                    status.seenAt().orElse(null),
                    initPid.isPresent() ? initPid.getAsInt() : null,
                    status.restarts(),
                    status.conditions().stream().map(ConditionDocument::of).toList(),
                    status.steps(),
                    status.timeline().orElse(null));
        }
    }

    /**
     * @param reason a stable word, for programs
     * @param message a sentence for people
     * @param since when it became true
     * @param advice what to do about it; only of a probable cause of an end or of a failed start
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record ConditionDocument(
            @Schema(
                    description =
                            "A word for programs, which stays the same, such as Completed, InitExited or PortTaken. docs/inside-a-jail.md lists the causes of an end.")
            String reason,

            @Schema(description = "A sentence for people.") String message,

            @Schema(description = "When it became true.") Instant since,

            @Schema(description = "What to do about it; only for a probable cause of an end or of a failed start.")
            @Nullable
            String advice) {
        static ConditionDocument of(Condition condition) {
            return new ConditionDocument(
                    condition.reason(),
                    condition.message(),
                    condition.since(),
                    EndCause.of(condition.reason()).map(EndCause::advice).orElse(null));
        }
    }
}
