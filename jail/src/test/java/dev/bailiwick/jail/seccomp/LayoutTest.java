package dev.bailiwick.jail.seccomp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.jail.seccomp.Node.Comparison;
import dev.bailiwick.jail.syscall.Architecture;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class LayoutTest {

    @Test
    void reachesTargetsFurtherThanAJumpCanSay() {
        Node far = new Node.Load(Bpf.ARGUMENTS, new Node.Return(1));
        Node chain = far;
        for (int word = 1; word <= 600; word++) {
            Node near = new Node.Load(Bpf.ARGUMENTS + 8, new Node.Return(word * 2));
            chain = new Node.Branch(
                    Comparison.EQUAL,
                    word,
                    near,
                    word % 2 == 0 ? chain : new Node.Branch(Comparison.EQUAL, -word, far, chain));
        }
        List<Instruction> program = Layout.of(new Node.Load(Bpf.NUMBER, chain));

        Interpreter interpreter = Interpreter.load(Instruction.bytes(program));

        assertThat(program).anyMatch(i -> i.code() == Bpf.JUMP);
        for (int word = 1; word <= 600; word++) {
            assertThat(interpreter.run(SeccompData.of(Architecture.X86_64, word)))
                    .isEqualTo(word * 2);
        }
        assertThat(interpreter.run(SeccompData.of(Architecture.X86_64, 601))).isEqualTo(1);
        assertThat(interpreter.run(SeccompData.of(Architecture.X86_64, -599))).isEqualTo(1);
        assertThat(interpreter.run(SeccompData.of(Architecture.X86_64, 0))).isEqualTo(1);
    }

    @Test
    void tellsManyRandomRangesApart() {
        long seed = Long.getLong("bailiwick.seed", 1);
        System.out.println("Random filters: -Dbailiwick.seed=" + seed);
        Random random = new Random(seed);
        TreeMap<Long, Node> starts = new TreeMap<>();
        starts.put(0L, new Node.Return(-1));
        for (int i = 0; i < 300; i++) {
            long from = random.nextLong(0, random.nextBoolean() ? 1L << 32 : 1000);
            starts.put(from, new Node.Return(random.nextInt(40)));
        }
        Interpreter interpreter =
                Interpreter.load(Instruction.bytes(Layout.of(new Node.Load(Bpf.NUMBER, DecisionTree.over(starts)))));

        for (long edge : starts.keySet()) {
            for (long word : new long[] {Math.max(0, edge - 1), edge, Math.min(edge + 1, 0xFFFF_FFFFL)}) {
                assertThat(new Node.Return(interpreter.run(SeccompData.of(Architecture.X86_64, (int) word))))
                        .as("word %d", word)
                        .isEqualTo(starts.floorEntry(word).getValue());
            }
        }
    }

    @Test
    void writesEqualNodesOnce() {
        Node same = new Node.Load(Bpf.ARGUMENTS, new Node.Return(1));
        Node again = new Node.Load(Bpf.ARGUMENTS, new Node.Return(1));

        assertThat(Layout.of(new Node.Load(
                        Bpf.NUMBER,
                        new Node.Branch(Comparison.EQUAL, 1, same, new Node.Branch(Comparison.EQUAL, 2, again, same)))))
                .hasSize(5);
    }

    @Test
    void refusesMoreInstructionsThanTheKernelTakes() {
        Node tooLong = complete(0, 4096);

        assertThatThrownBy(() -> Layout.of(tooLong))
                .isInstanceOf(FilterRefused.class)
                .hasMessageContaining("the kernel allows at most 4096");
    }

    /** Returns a tree with a different result for each word from {@code from} up to {@code end}. */
    private static Node complete(int from, int end) {
        if (end - from == 1) {
            return new Node.Return(from);
        }
        int middle = (from + end) / 2;
        return new Node.Branch(Comparison.GREATER_OR_EQUAL, middle, complete(middle, end), complete(from, middle));
    }
}
