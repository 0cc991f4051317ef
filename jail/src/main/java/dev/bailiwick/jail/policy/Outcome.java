package dev.bailiwick.jail.policy;

import dev.bailiwick.jail.syscall.CallArguments;
import dev.bailiwick.jail.syscall.Decision;
import dev.bailiwick.jail.syscall.Errno;
import dev.bailiwick.jail.syscall.Layer;
import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.jail.syscall.Ruling;
import dev.bailiwick.jail.syscall.Syscall;
import dev.bailiwick.jail.syscall.Verdict;
import dev.bailiwick.jail.text.TimeText;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The outcome of one system call of a jailed process, and the reason: the path from the profile's row through override, floor and
 * filter to the kernel's own answer.
 *
 * @param arguments the arguments of the call
 * @param path the layers, in the order of the decision
 * @param ruling what the filter does with this call, for all arguments
 * @param verdict the filter's answer
 * @param seen the result for the process
 * @param overrideChangesNothing whether an override is in force that changes nothing for any arguments
 */
public record Outcome(
        Syscall call,
        List<Long> arguments,
        List<Step> path,
        Ruling ruling,
        Verdict verdict,
        Seen seen,
        boolean overrideChangesNothing) {

    /** The part of one layer in the decision. */
    public sealed interface Step {

        record ProfileRow(Profile profile, Decision decision, String reason) implements Step {}

        record InForce(PolicyOverride override) implements Step {}

        /** The override has ended, so the profile's row counts. */
        record Lapsed(PolicyOverride override) implements Step {}

        /** The floor, which no override can widen. */
        record Floor(Decision decision) implements Step {}

        record Filter(Verdict verdict) implements Step {}

        /**
         * The kernel, after the filter has allowed the call.
         *
         * @param layers the layers below the filter that keep the call's effect inside the jail
         * @param errno the error that the kernel answers; empty if it makes the call
         */
        record Kernel(List<Layer> layers, Optional<Errno> errno) implements Step {

            private String answer() {
                String walls = layers.stream().map(Layer::meaning).collect(Collectors.joining("; "));
                String done = errno.map(e -> "answers " + e)
                        .orElse(walls.isEmpty() ? "carries it out, nothing else guards it" : "carries it out");
                return walls.isEmpty() ? done : done + " (" + walls + ")";
            }
        }

        /** @param call the call that is decided */
        default String text(Syscall call) {
            return switch (this) {
                case ProfileRow(Profile profile, Decision decision, String reason) ->
                    "profile %s: %s. %s.".formatted(profile.text(), decision.words(call), reason);
                case InForce(PolicyOverride o) ->
                    "override%s: %s%s. %s"
                            .formatted(
                                    setBy(o),
                                    o.decision().text(),
                                    o.until()
                                            .map(end -> " until " + TimeText.of(end))
                                            .orElse(""),
                                    o.reason());
                case Lapsed(PolicyOverride o) ->
                    "override%s: %s, ended %s, so it does not count."
                            .formatted(
                                    setBy(o),
                                    o.decision().text(),
                                    o.until().map(TimeText::of).orElse("never"));
                case Floor(Decision decision) -> "floor: " + decision.words(call) + "; no override widens that.";
                case Filter(Verdict verdict) -> "filter: " + verdict.text() + ".";
                case Kernel kernel -> "kernel: " + kernel.answer() + ".";
            };
        }

        private static String setBy(PolicyOverride override) {
            return override.setBy().isBlank() ? "" : " by " + override.setBy();
        }
    }

    /** The result that the process sees. */
    public sealed interface Seen {

        /** The kernel made the call; the result depends on the arguments. */
        record Result() implements Seen {}

        record Refusal(Errno errno) implements Seen {}

        /** The process sees 0, as after a success, although nothing was done. */
        record Pretence() implements Seen {}

        /** The process was killed. */
        record Death() implements Seen {}

        default String text() {
            return switch (this) {
                case Result() -> "the call's own result";
                case Refusal(Errno errno) -> errno.name();
                case Pretence() -> "0, although nothing was done";
                case Death() -> "nothing more: it is killed by SIGSYS";
            };
        }
    }

    public Outcome {
        arguments = List.copyOf(arguments);
        path = List.copyOf(path);
    }

    /**
     * @param now overrides that have ended by this time do not count
     * @param arguments the call's arguments; missing ones count as 0
     */
    public static Outcome of(Policy policy, Syscall row, Instant now, long... arguments) {
        Syscall call = row.under(policy.profile());
        Ruling ruling = policy.ruling(call, now);
        Verdict verdict = ruling.verdict(arguments);
        List<Step> path = new ArrayList<>();
        Decision decision = call.decision(policy.profile());
        path.add(new Step.ProfileRow(policy.profile(), decision, call.reason()));
        policy.overrides().stream()
                .filter(o -> o.call().equals(call.name()))
                .map(o -> o.isInForce(now) ? new Step.InForce(o) : new Step.Lapsed(o))
                .forEach(path::add);
        call.floor().map(Step.Floor::new).ifPresent(path::add);
        path.add(new Step.Filter(verdict));
        if (verdict.passes()) {
            path.add(new Step.Kernel(call.layersBelowFilter(), call.kernelErrno()));
        }
        boolean idle = policy.override(call, now).isPresent()
                && ruling.afterKernel(call).equals(decision.ruling().afterKernel(call));
        return new Outcome(
                call, Arrays.stream(arguments).boxed().toList(), path, ruling, verdict, seen(verdict, call), idle);
    }

    /** Describes the outcome in words, with one line for each step. */
    public String explain() {
        String shown =
                arguments.stream().map(CallArguments::text).collect(Collectors.joining(", ", call.name() + "(", ")"));
        StringBuilder text = new StringBuilder(shown).append('\n');
        path.forEach(step -> text.append("  ").append(step.text(call)).append('\n'));
        text.append("  The process sees ").append(seen.text()).append(".\n");
        if (overrideChangesNothing) {
            text.append("  The override changes nothing.\n");
        }
        return text.toString();
    }

    @Override
    public String toString() {
        return explain();
    }

    private static Seen seen(Verdict verdict, Syscall call) {
        return switch (verdict) {
            case Verdict.Allow(), Verdict.Log() ->
                call.kernelErrno().<Seen>map(Seen.Refusal::new).orElseGet(Seen.Result::new);
            case Verdict.Deny(Errno errno) -> new Seen.Refusal(errno);
            case Verdict.Ignore() -> new Seen.Pretence();
            case Verdict.Kill() -> new Seen.Death();
        };
    }
}
