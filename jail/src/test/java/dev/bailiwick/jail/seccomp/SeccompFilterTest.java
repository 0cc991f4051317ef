package dev.bailiwick.jail.seccomp;

import static dev.bailiwick.jail.seccomp.Filters.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.syscall.Architecture;
import dev.bailiwick.jail.syscall.Errno;
import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.jail.syscall.Ruling;
import dev.bailiwick.jail.syscall.Syscall;
import dev.bailiwick.jail.syscall.Verdict;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The programs are short and shallow, and have no unnecessary instruction. */
class SeccompFilterTest {

    @ParameterizedTest
    @MethodSource("dev.bailiwick.jail.seccomp.Filters#profilesAndArchitectures")
    void isShortAndShallow(Profile profile, Architecture architecture) {
        SeccompFilter filter = SeccompCompiler.compile(Policy.of(profile), architecture, NOW);

        System.out.println(profile.text() + ": " + filter);
        assertThat(filter.length()).isLessThanOrEqualTo(profile == Profile.STRICT2002 ? 175 : 150);
        assertThat(filter.depth()).isLessThanOrEqualTo(16);
        assertThat(filter.program()).hasSize(filter.length() * 8);
    }

    /** A comparison with only one result, or an instruction that no call reaches, would be unnecessary. */
    @ParameterizedTest
    @MethodSource("dev.bailiwick.jail.seccomp.Filters#profilesAndArchitectures")
    void hasNoInstructionThatIsNeverNeeded(Profile profile, Architecture architecture) {
        Policy policy = Policy.of(profile);
        SeccompFilter filter = SeccompCompiler.compile(policy, architecture, NOW);
        Coverage coverage = new Coverage();
        Interpreter interpreter = Interpreter.load(filter.program());

        for (Syscall call : Filters.calls(architecture)) {
            for (List<Long> arguments : Filters.interestingArguments(policy.ruling(call, NOW))) {
                interpreter.run(Filters.data(architecture, call, arguments), coverage);
            }
        }
        for (int number = 0; number < 2048; number++) {
            interpreter.run(SeccompData.of(architecture, number), coverage);
        }
        interpreter.run(new SeccompData(0, 0, 0, List.of(0L, 0L, 0L, 0L, 0L, 0L)), coverage);

        List<Instruction> program = Instruction.read(filter.program());
        for (int at = 0; at < program.size(); at++) {
            assertThat(coverage.reached).as("reached instructions").contains(at);
            if (isComparison(program.get(at))) {
                assertThat(coverage.held).as("comparisons that held").contains(at);
                assertThat(coverage.failed).as("comparisons that failed").contains(at);
                assertThat(meaning(program, at + 1 + program.get(at).jt()))
                        .as("the instructions after instruction %d if it holds and if it does not", at)
                        .isNotEqualTo(meaning(program, at + 1 + program.get(at).jf()));
            }
        }
    }

    /** Neighbouring rows with the same ruling need no comparison between them. */
    @ParameterizedTest
    @MethodSource("dev.bailiwick.jail.seccomp.Filters#profilesAndArchitectures")
    void comparesNumbersOnlyWhereTheRulingChanges(Profile profile, Architecture architecture) {
        Policy policy = Policy.of(profile);
        TreeMap<Integer, Ruling> rulings = new TreeMap<>();
        Filters.calls(architecture)
                .forEach(c -> rulings.put(c.number(architecture).orElseThrow(), policy.ruling(c, NOW)));
        Ruling unknown = new Ruling.Settled(new Verdict.Deny(Errno.ENOSYS));
        Set<Integer> changes = new TreeSet<>();
        for (int number = 1; number <= rulings.lastKey() + 1; number++) {
            if (!rulings.getOrDefault(number, unknown).equals(rulings.getOrDefault(number - 1, unknown))) {
                changes.add(number);
            }
        }

        Set<Integer> compared = new TreeSet<>();
        int comparisons = 0;
        for (Instruction instruction : numberPart(SeccompCompiler.compile(policy, architecture, NOW))) {
            compared.add(instruction.k());
            comparisons++;
        }

        assertThat(changes).containsAll(compared);
        assertThat(comparisons).isEqualTo(compared.size()).isLessThanOrEqualTo(changes.size());
    }

    @Test
    void printsItselfForPeople() {
        SeccompFilter filter = SeccompCompiler.compile(Policy.of(Profile.HOSTING), Architecture.X86_64, NOW);

        assertThat(filter.disassemble().lines().limit(3))
                .satisfiesExactly(
                        first -> assertThat(first).isEqualTo("   0  load architecture"),
                        second -> assertThat(second).startsWith("   1  if == 0xc000003e then 2 else "),
                        third -> assertThat(third).isEqualTo("   2  load number"));
        assertThat(filter.disassemble()).contains("low word of argument 0", "deny with EAFNOSUPPORT", "and 0x7e020000");
        assertThat(filter)
                .hasToString(
                        "seccomp filter for x86_64: " + filter.length() + " instructions, depth " + filter.depth());
    }

    /** Returns the comparisons that run before anything except architecture and number is loaded. */
    private static List<Instruction> numberPart(SeccompFilter filter) {
        List<Instruction> program = Instruction.read(filter.program());
        Set<Integer> reached = new TreeSet<>();
        walk(program, 3, reached);
        return reached.stream().map(program::get).toList();
    }

    private static void walk(List<Instruction> program, int at, Set<Integer> comparisons) {
        Instruction instruction = program.get(at);
        if (instruction.code() == Bpf.JUMP) {
            walk(program, at + 1 + instruction.k(), comparisons);
        } else if (isComparison(instruction) && comparisons.add(at)) {
            walk(program, at + 1 + instruction.jt(), comparisons);
            walk(program, at + 1 + instruction.jf(), comparisons);
        }
    }

    private static boolean isComparison(Instruction instruction) {
        return instruction.code() == Bpf.JUMP_IF_EQUAL || instruction.code() == Bpf.JUMP_IF_GREATER_OR_EQUAL;
    }

    /** Returns the program from an instruction on, as a text that does not depend on positions. */
    private static String meaning(List<Instruction> program, int at) {
        Instruction instruction = program.get(at);
        return switch (instruction.code()) {
            case Bpf.RETURN -> "return " + instruction.k();
            case Bpf.JUMP -> meaning(program, at + 1 + instruction.k());
            case Bpf.LOAD_WORD, Bpf.AND -> instruction.code() + " " + instruction.k() + ";" + meaning(program, at + 1);
            default ->
                instruction.code() + " " + instruction.k() + "(" + meaning(program, at + 1 + instruction.jt()) + ","
                        + meaning(program, at + 1 + instruction.jf()) + ")";
        };
    }

    private static final class Coverage implements Interpreter.Visitor {

        private final Set<Integer> reached = new HashSet<>();
        private final Set<Integer> held = new HashSet<>();
        private final Set<Integer> failed = new HashSet<>();

        @Override
        public void runs(int at) {
            reached.add(at);
        }

        @Override
        public void compared(int at, boolean holds) {
            (holds ? held : failed).add(at);
        }
    }
}
