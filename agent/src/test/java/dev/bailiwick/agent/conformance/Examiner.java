package dev.bailiwick.agent.conformance;

import dev.bailiwick.agent.conformance.Evidence.Standing;
import dev.bailiwick.agent.conformance.Probe.Target;
import dev.bailiwick.agent.conformance.Probe.Way;
import dev.bailiwick.jail.policy.Outcome;
import dev.bailiwick.jail.seccomp.Interpreter;
import dev.bailiwick.jail.seccomp.SeccompCompiler;
import dev.bailiwick.jail.seccomp.SeccompData;
import dev.bailiwick.jail.syscall.Architecture;
import dev.bailiwick.jail.syscall.Errno;
import dev.bailiwick.jail.syscall.Layer;
import dev.bailiwick.jail.syscall.Syscall;
import dev.bailiwick.jail.syscall.Verdict;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** Compares the kernel's answers with a policy's promises. */
final class Examiner {

    private static final int I386 = 0x4000_0003; // AUDIT_ARCH_I386 of linux/audit.h

    private static final String FILTER = Layer.SECCOMP.word();

    private final Subject subject;
    private final Architecture architecture;
    private final Instant now;
    private final Interpreter filter;

    Examiner(Subject subject, Architecture architecture, Instant now) {
        this.subject = subject;
        this.architecture = architecture;
        this.now = now;
        this.filter = Interpreter.load(
                SeccompCompiler.compile(subject.policy(), architecture, now).program());
    }

    /** The policy's promise about one probe. */
    private record Promise(String decision, String mechanism, Verdict verdict, Answer answer) {}

    Evidence examine(Probe probe, Answer inside, Optional<Answer> outside) {
        Promise promise = switch (probe.target()) {
            case Target.Row(Syscall call, int number) -> promise(probe, call, outside);
            case Target.Unknown unknown -> {
                Verdict refusal = new Verdict.Deny(Errno.ENOSYS);
                yield new Promise(refusal.text(), FILTER, refusal, Answer.ABSENT);
            }
        };
        return new Evidence(
                probe,
                subject.name(),
                promise.decision(),
                promise.mechanism(),
                promise.answer(),
                inside,
                outside,
                standing(probe, promise, inside, outside));
    }

    private Promise promise(Probe probe, Syscall call, Optional<Answer> outside) {
        Outcome outcome = Outcome.of(subject.policy(), call, now, probe.registers());
        String decision = subject.policy()
                .override(call, now)
                .map(override -> "override: " + override.decision().text())
                .orElseGet(() -> call.decision(subject.policy().profile()).text());
        Verdict verdict = outcome.verdict();
        if (!verdict.passes()) {
            return new Promise(decision, FILTER, verdict, seen(outcome).orElseThrow());
        }
        Optional<Answer> held =
                seen(outcome).or(() -> probe.inside().of(subject.policy().profile()));
        Answer answer = isAbsent(probe, outside)
                ? Answer.ABSENT
                : held.or(() -> outside).orElseThrow();
        return new Promise(decision, mechanism(probe, call, held), verdict, answer);
    }

    /** Returns the answer that the filter gives; empty if the call reaches the kernel. */
    private static Optional<Answer> seen(Outcome outcome) {
        return switch (outcome.seen()) {
            case Outcome.Seen.Result() -> Optional.empty();
            case Outcome.Seen.Refusal(Errno errno) -> Optional.of(Answer.of(errno));
            case Outcome.Seen.Pretence() -> Optional.of(Answer.OK);
            case Outcome.Seen.Death() -> Optional.of(Answer.KILLED);
        };
    }

    private String mechanism(Probe probe, Syscall call, Optional<Answer> held) {
        if (held.isPresent() && probe.layer().isPresent()) {
            return probe.layer().get().word();
        }
        String walls = call.under(subject.policy().profile()).enforcedBy().stream()
                .filter(layer -> layer != Layer.SECCOMP)
                .map(Layer::word)
                .collect(Collectors.joining("+"));
        return walls.isEmpty() ? "none needed" : walls;
    }

    private Standing standing(Probe probe, Promise promise, Answer inside, Optional<Answer> outside) {
        boolean absent = isAbsent(probe, outside);
        boolean asExpectedOutside =
                outside.isEmpty() || absent || probe.outside().contains(outside.get());
        if (!inside.equals(promise.answer())
                || !asExpectedOutside
                || !promise.verdict().equals(interpreted(probe))) {
            return Standing.DISAGREES;
        }
        if (outside.isEmpty()) {
            return Standing.INSIDE_ONLY;
        }
        if (absent && (promise.verdict().passes() || inside.equals(Answer.ABSENT))) {
            return Standing.ABSENT;
        }
        return !promise.verdict().passes() && inside.equals(outside.get()) ? Standing.SAME_OUTSIDE : Standing.PROVEN;
    }

    /** Returns whether the kernel lacks the call although it was expected: the kernel is older, or was built without it. */
    private static boolean isAbsent(Probe probe, Optional<Answer> outside) {
        return outside.filter(Answer.ABSENT::equals).isPresent()
                && !probe.outside().contains(Answer.ABSENT);
    }

    private Verdict interpreted(Probe probe) {
        SeccompData data = new SeccompData(
                probe.target().number(),
                probe.way() == Way.I386 ? I386 : architecture.auditValue(),
                0,
                Arrays.stream(probe.registers()).boxed().toList());
        return filter.verdict(data).orElseThrow();
    }
}
