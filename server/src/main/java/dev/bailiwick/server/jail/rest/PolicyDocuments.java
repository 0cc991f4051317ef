package dev.bailiwick.server.jail.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.bailiwick.jail.policy.Outcome;
import dev.bailiwick.jail.policy.Outcome.Seen;
import dev.bailiwick.jail.policy.Outcome.Step;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.policy.PolicyDiff;
import dev.bailiwick.jail.policy.PolicyOverride;
import dev.bailiwick.jail.policy.PolicyWarning;
import dev.bailiwick.jail.policy.RowChange;
import dev.bailiwick.jail.seccomp.Explanation;
import dev.bailiwick.jail.seccomp.SeccompFilter;
import dev.bailiwick.jail.syscall.CallArguments;
import dev.bailiwick.jail.syscall.Errno;
import dev.bailiwick.jail.syscall.Layer;
import dev.bailiwick.jail.syscall.Syscall;
import dev.bailiwick.server.jail.intent.Restart;
import dev.bailiwick.server.jail.policy.PolicyReading;
import dev.bailiwick.server.jail.view.JailView;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The documents with which the API describes policies. */
final class PolicyDocuments {

    private PolicyDocuments() {}

    /**
     * The policy of a jail.
     *
     * @param generation the generation of the definition that contains it
     * @param weakenings the calls that its profile decides more loosely than the profile from which it is derived
     * @param diff the differences between the policy and its profile
     * @param restartRule the rule that says when a change of the policy restarts the running jail
     */
    record JailPolicyDocument(
            String jail,
            long generation,
            String architecture,
            String profile,
            List<ChangeDocument> weakenings,
            List<OverrideDocument> overrides,
            FilterDocument filter,
            List<ChangeDocument> diff,
            List<WarningDocument> warnings,
            String restartRule) {

        static JailPolicyDocument of(JailView jail, PolicyReading reading) {
            return new JailPolicyDocument(
                    jail.id().toString(),
                    jail.generation(),
                    reading.architecture().text(),
                    reading.policy().profile().text(),
                    changes(PolicyDiff.weakenings(reading.policy().profile())),
                    reading.policy().overrides().stream()
                            .map(override -> OverrideDocument.of(override, reading.at()))
                            .toList(),
                    FilterDocument.of(reading.filter()),
                    changes(reading.departures()),
                    PolicyDocuments.warnings(reading.policy(), reading.warnings()),
                    Restart.RULE);
        }
    }

    /** @param inForce false after the end of the override */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record OverrideDocument(
            String call,
            String decision,
            String reason,
            String setBy,
            @Nullable Instant until,
            boolean inForce) {

        static OverrideDocument of(PolicyOverride override, Instant now) {
            return new OverrideDocument(
                    override.call(),
                    override.decision().text(),
                    override.reason(),
                    override.setBy(),
                    override.until().orElse(null),
                    override.isInForce(now));
        }
    }

    /**
     * The compiled program.
     *
     * @param depth the maximum number of instructions that the kernel runs for one call
     */
    record FilterDocument(int instructions, int depth) {
        static FilterDocument of(SeccompFilter filter) {
            return new FilterDocument(filter.length(), filter.depth());
        }
    }

    /**
     * A call that two policies decide differently.
     *
     * @param beforeWords {@code before} in words; {@code afterWords} is {@code after} in words
     * @param direction {@code tightened}, {@code loosened}, {@code both}, {@code otherwise} or {@code unnoticed}
     */
    record ChangeDocument(
            String call,
            String direction,
            String before,
            String beforeWords,
            String after,
            String afterWords,
            String reason) {
        static ChangeDocument of(RowChange change) {
            return new ChangeDocument(
                    change.call().name(),
                    change.direction().text(),
                    change.before().text(),
                    change.before().words(change.call()),
                    change.after().text(),
                    change.after().words(change.call()),
                    change.reason());
        }
    }

    /**
     * @param pointer the override within the policy; the profile if no override causes the warning
     * @param changesNothing whether the policy would be the same without the override
     */
    record WarningDocument(String pointer, String call, String code, boolean changesNothing, String text) {
        static WarningDocument of(Policy policy, PolicyWarning warning) {
            String pointer = switch (warning) {
                case PolicyWarning.OfOverride about ->
                    "/overrides/" + policy.overrides().indexOf(about.override());
                case PolicyWarning.Loosens _ -> "/profile";
            };
            return new WarningDocument(
                    pointer, warning.call(), warning.code(), warning.changesNothing(), warning.text());
        }
    }

    /**
     * The explanation of one call.
     *
     * @param number absent if the architecture does not have the call
     * @param rule the filter's rule for the call with any arguments, in the notation of the table
     * @param ruleWords the rule in words
     * @param dependsOn the arguments that the rule looks at, counted from 0; a missing argument has the value 0
     * @param path layer by layer, in the order of the decision
     * @param proof absent if the architecture does not have the call
     * @param text the explanation in words
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record ExplanationDocument(
            String call,
            List<String> arguments,
            String architecture,
            @Nullable Integer number,
            String rule,
            String ruleWords,
            List<Integer> dependsOn,
            List<StepDocument> path,
            @Nullable ProofDocument proof,
            SeenDocument sees,
            boolean overrideChangesNothing,
            String text) {

        static ExplanationDocument of(Explanation explanation) {
            Outcome outcome = explanation.outcome();
            return new ExplanationDocument(
                    outcome.call().name(),
                    outcome.arguments().stream().map(CallArguments::text).toList(),
                    explanation.architecture().text(),
                    explanation.proof().map(Explanation.Proof::number).orElse(null),
                    outcome.ruling().text(),
                    outcome.ruling().words(outcome.call()),
                    outcome.ruling().arguments(),
                    outcome.path().stream()
                            .map(step -> StepDocument.of(step, outcome.call()))
                            .toList(),
                    explanation.proof().map(ProofDocument::of).orElse(null),
                    SeenDocument.of(outcome.seen()),
                    outcome.overrideChangesNothing(),
                    outcome.explain());
        }
    }

    /**
     * The result of running the compiled filter on the call: its answer, and the number of instructions that it
     * executed.
     */
    record ProofDocument(String verdict, int executed, int instructions) {
        static ProofDocument of(Explanation.Proof proof) {
            return new ProofDocument(proof.verdict().text(), proof.executed(), proof.length());
        }
    }

    /**
     * The part of one layer in the decision.
     *
     * @param layer {@code profile}, {@code override}, {@code ended-override}, {@code floor}, {@code filter} or
     *     {@code kernel}
     * @param decision with conditions in the notation of the table; {@code text} has them in words
     * @param reason absent if the layer has no reason of its own
     * @param enforcedBy parts of the kernel; only for the layer {@code kernel}
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record StepDocument(
            String layer,
            String decision,
            @Nullable String reason,
            @Nullable String setBy,
            @Nullable Instant until,
            @Nullable List<String> enforcedBy,
            String text) {

        static StepDocument of(Step step, Syscall call) {
            return switch (step) {
                case Step.ProfileRow(var profile, var decision, String reason) ->
                    new StepDocument("profile", decision.text(), reason, null, null, null, step.text(call));
                case Step.InForce(PolicyOverride override) -> override("override", override, step.text(call));
                case Step.Lapsed(PolicyOverride override) -> override("ended-override", override, step.text(call));
                case Step.Floor(var decision) ->
                    new StepDocument("floor", decision.text(), null, null, null, null, step.text(call));
                case Step.Filter(var verdict) ->
                    new StepDocument("filter", verdict.text(), null, null, null, null, step.text(call));
                case Step.Kernel(List<Layer> layers, var errno) ->
                    new StepDocument(
                            "kernel",
                            errno.map(e -> "answer " + e).orElse("carry out"),
                            null,
                            null,
                            null,
                            layers.stream().map(Layer::word).toList(),
                            step.text(call));
            };
        }

        private static StepDocument override(String layer, PolicyOverride override, String text) {
            return new StepDocument(
                    layer,
                    override.decision().text(),
                    override.reason(),
                    override.setBy(),
                    override.until().orElse(null),
                    null,
                    text);
        }
    }

    /**
     * The result that the process sees.
     *
     * @param kind {@code result}, {@code errno}, {@code pretence} or {@code death}
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record SeenDocument(String kind, @Nullable String errno, String text) {
        static SeenDocument of(Seen seen) {
            return switch (seen) {
                case Seen.Result() -> new SeenDocument("result", null, seen.text());
                case Seen.Refusal(Errno errno) -> new SeenDocument("errno", errno.name(), seen.text());
                case Seen.Pretence() -> new SeenDocument("pretence", null, seen.text());
                case Seen.Death() -> new SeenDocument("death", null, seen.text());
            };
        }
    }

    static List<ChangeDocument> changes(List<RowChange> changes) {
        return changes.stream().map(ChangeDocument::of).toList();
    }

    static List<WarningDocument> warnings(Policy policy, List<PolicyWarning> warnings) {
        return warnings.stream()
                .map(warning -> WarningDocument.of(policy, warning))
                .toList();
    }
}
