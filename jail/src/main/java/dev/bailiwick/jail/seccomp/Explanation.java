package dev.bailiwick.jail.seccomp;

import dev.bailiwick.jail.policy.Outcome;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.syscall.Architecture;
import dev.bailiwick.jail.syscall.CallArguments;
import dev.bailiwick.jail.syscall.Syscall;
import dev.bailiwick.jail.syscall.Verdict;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The outcome of one call under a policy, with a proof: the result of the compiled filter for this call.
 *
 * @param outcome the outcome by the table
 * @param proof the result of the filter; empty if the architecture does not have the call
 */
public record Explanation(Outcome outcome, Architecture architecture, Optional<Proof> proof) {

    /**
     * One run of the filter in the interpreter.
     *
     * @param number the call's number on this architecture
     * @param executed the number of executed instructions, out of {@code length}
     */
    public record Proof(int number, Verdict verdict, int executed, int length) {}

    /**
     * @param now overrides that have ended by this time do not count
     * @throws IllegalStateException if the filter's answer differs from the table, which is a defect of the compiler
     */
    public static Explanation of(
            Policy policy, Syscall call, Architecture architecture, Instant now, CallArguments arguments) {
        Outcome outcome = Outcome.of(policy, call, now, arguments.registers());
        OptionalInt number = call.number(architecture);
        if (number.isEmpty()) {
            return new Explanation(outcome, architecture, Optional.empty());
        }
        SeccompFilter filter = SeccompCompiler.compile(policy, architecture, now);
        Proof proof = run(filter, number.getAsInt(), arguments);
        if (!proof.verdict().equals(outcome.verdict())) {
            throw new IllegalStateException("the filter's answer is '%s' for %s, but the table's is '%s'"
                    .formatted(
                            proof.verdict().text(),
                            call.name(),
                            outcome.verdict().text()));
        }
        return new Explanation(outcome, architecture, Optional.of(proof));
    }

    private static Proof run(SeccompFilter filter, int number, CallArguments arguments) {
        Counter counter = new Counter();
        int value = Interpreter.load(filter.program())
                .run(SeccompData.of(filter.architecture(), number, arguments.registers()), counter);
        Verdict verdict = ReturnValue.verdict(value)
                .orElseThrow(() -> new IllegalStateException("the compiler returns no other actions"));
        return new Proof(number, verdict, counter.executed, filter.length());
    }

    private static final class Counter implements Interpreter.Visitor {
        private int executed;

        @Override
        public void runs(int at) {
            executed++;
        }
    }
}
