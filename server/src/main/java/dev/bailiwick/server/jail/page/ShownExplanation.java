package dev.bailiwick.server.jail.page;

import dev.bailiwick.jail.policy.Outcome;
import dev.bailiwick.jail.policy.Outcome.Seen;
import dev.bailiwick.jail.policy.Outcome.Step;
import dev.bailiwick.jail.policy.PolicyOverride;
import dev.bailiwick.jail.seccomp.Explanation;
import dev.bailiwick.jail.seccomp.Explanation.Proof;
import dev.bailiwick.jail.syscall.ArgumentRule;
import dev.bailiwick.jail.syscall.CallArguments;
import dev.bailiwick.jail.syscall.Decision;
import dev.bailiwick.jail.syscall.Layer;
import dev.bailiwick.jail.syscall.Syscall;
import dev.bailiwick.jail.syscall.Verdict;
import dev.bailiwick.server.page.Moment;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The path of a call through the layers of a policy, as pages show it.
 *
 * @param call in C syntax, with its arguments
 * @param end the result that the process sees
 * @param dependsOn the arguments that decide, for example {@code the first argument (flags)}; null if none does
 * @param proof the answer of the filter itself to this call; null if the architecture does not have the call
 */
record ShownExplanation(
        String call,
        List<ShownStep> steps,
        End end,
        boolean overrideChangesNothing,
        @Nullable String dependsOn,
        String architecture,
        @Nullable Proof proof) {

    /**
     * The part of one layer.
     *
     * @param layer selects the message
     * @param of the name in the layer's message: a profile, or the user who set an override
     * @param kind {@code allow}, {@code deny}, {@code ignore}, {@code log}, {@code kill}, {@code shield} or
     *     {@code info}; also selects the icon
     * @param until the end of the override, in the past or the future
     */
    record ShownStep(
            String layer,
            String of,
            String kind,
            String decision,
            String text,
            @Nullable Moment until) {}

    /** @param kind {@code allow}, {@code deny}, {@code ignore} or {@code kill}; also selects the message */
    record End(String kind, String errno) {}

    static ShownExplanation of(Explanation explanation, Instant now) {
        Outcome outcome = explanation.outcome();
        List<Integer> arguments = outcome.ruling().arguments();
        return new ShownExplanation(
                outcome.arguments().stream()
                        .map(CallArguments::text)
                        .collect(Collectors.joining(", ", outcome.call().name() + "(", ")")),
                outcome.path().stream()
                        .map(step -> shown(step, outcome.call(), now))
                        .toList(),
                end(outcome.seen()),
                outcome.overrideChangesNothing(),
                arguments.isEmpty()
                        ? null
                        : arguments.stream()
                                .map(argument -> ArgumentRule.inWords(outcome.call(), argument))
                                .collect(Collectors.joining(", ")),
                explanation.architecture().text(),
                explanation.proof().orElse(null));
    }

    private static ShownStep shown(Step step, Syscall call, Instant now) {
        return switch (step) {
            case Step.ProfileRow(var profile, Decision decision, String reason) ->
                new ShownStep("profile", profile.text(), kind(decision), decision.words(call), reason, null);
            case Step.InForce(PolicyOverride override) -> override("override", override, now);
            case Step.Lapsed(PolicyOverride override) -> override("ended", override, now);
            case Step.Floor(Decision decision) ->
                new ShownStep("floor", "", kind(decision), decision.words(call), "", null);
            case Step.Filter(Verdict verdict) -> new ShownStep("filter", "", kind(verdict), verdict.text(), "", null);
            case Step.Kernel(List<Layer> layers, var errno) ->
                new ShownStep(
                        "kernel",
                        "",
                        errno.isPresent() ? "deny" : layers.isEmpty() ? "info" : "shield",
                        errno.map(e -> "answers " + e).orElse("carries it out"),
                        walls(layers, errno.isPresent()),
                        null);
        };
    }

    private static ShownStep override(String layer, PolicyOverride override, Instant now) {
        Optional<Moment> until = override.until().map(end -> Moment.of(end, now));
        return new ShownStep(
                layer,
                override.setBy(),
                layer.equals("ended") ? "clock" : ShownPolicy.kind(override.decision()),
                override.decision().text(),
                override.reason(),
                until.orElse(null));
    }

    private static String walls(List<Layer> layers, boolean refuses) {
        if (layers.isEmpty()) {
            return refuses ? "" : "Nothing else guards it.";
        }
        return layers.stream().map(Layer::meaning).collect(Collectors.joining("; "));
    }

    private static String kind(Decision decision) {
        return switch (decision) {
            case Decision.Allow() -> "allow";
            case Decision.Contained(Layer _) -> "allow";
            case Decision.AllowIf(var rule, var otherwise) -> "info";
            case Decision.IgnoreIf(var rule) -> "info";
            case Decision.Deny(var errno) -> "deny";
        };
    }

    private static String kind(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Allow() -> "allow";
            case Verdict.Log() -> "log";
            case Verdict.Deny(var errno) -> "deny";
            case Verdict.Ignore() -> "ignore";
            case Verdict.Kill() -> "kill";
        };
    }

    private static End end(Seen seen) {
        return switch (seen) {
            case Seen.Result() -> new End("allow", "");
            case Seen.Refusal(var errno) -> new End("deny", errno.name());
            case Seen.Pretence() -> new End("ignore", "");
            case Seen.Death() -> new End("kill", "");
        };
    }
}
