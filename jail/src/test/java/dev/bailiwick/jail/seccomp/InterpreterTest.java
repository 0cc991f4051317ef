package dev.bailiwick.jail.seccomp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.jail.syscall.Architecture;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class InterpreterTest {

    private static final Instruction RETURN_0 = new Instruction(0x06, 0, 0, 0);
    private static final Instruction RETURN_ACCUMULATOR = new Instruction(0x16, 0, 0, 0);

    @Test
    void loadsEveryWordOfTheCall() {
        SeccompData data = new SeccompData(
                7, 8, 0x0000_000A_0000_0009L, List.of(0x0000_000C_0000_000BL, 0L, 0L, 0L, 0L, 0x0000_000E_0000_000DL));

        assertThat(Stream.of(0, 4, 8, 12, 16, 20, 56, 60).map(offset -> run(data, load(offset), RETURN_ACCUMULATOR)))
                .containsExactly(7, 8, 9, 10, 11, 12, 13, 14);
    }

    static Stream<Arguments> calculations() {
        return Stream.of(
                Arguments.of(0x04, 0xFFFF_FFFF, 2, 1),
                Arguments.of(0x14, 1, 2, -1),
                Arguments.of(0x24, 0x8000_0001, 2, 2),
                Arguments.of(0x34, -1, 2, 0x7FFF_FFFF),
                Arguments.of(0x44, 5, 3, 7),
                Arguments.of(0x54, 5, 3, 1),
                Arguments.of(0x64, 1, 31, 0x8000_0000),
                Arguments.of(0x74, 0x8000_0000, 31, 1),
                Arguments.of(0xA4, 5, 3, 6));
    }

    @ParameterizedTest
    @MethodSource("calculations")
    void calculatesInUnsignedWords(int code, int left, int right, int result) {
        assertThat(run(immediate(left), op(code, right), RETURN_ACCUMULATOR)).isEqualTo(result);
        assertThat(run(op(0x01, right), immediate(left), op(code | 0x08, 0), RETURN_ACCUMULATOR))
                .isEqualTo(result);
    }

    @Test
    void negates() {
        assertThat(run(immediate(5), op(0x84, 0), RETURN_ACCUMULATOR)).isEqualTo(-5);
    }

    static Stream<Arguments> comparisons() {
        return Stream.of(
                Arguments.of(0x15, 5, 5, true),
                Arguments.of(0x15, 5, 6, false),
                Arguments.of(0x25, -1, 1, true),
                Arguments.of(0x25, 5, 5, false),
                Arguments.of(0x35, 5, 5, true),
                Arguments.of(0x35, 1, -1, false),
                Arguments.of(0x45, 6, 2, true),
                Arguments.of(0x45, 6, 9, false));
    }

    @ParameterizedTest
    @MethodSource("comparisons")
    void comparesUnsignedWords(int code, int left, int right, boolean holds) {
        int expected = holds ? 1 : 2;
        Instruction one = new Instruction(0x06, 0, 0, 1);
        Instruction two = new Instruction(0x06, 0, 0, 2);

        assertThat(run(immediate(left), new Instruction(code, 0, 1, right), one, two))
                .isEqualTo(expected);
        assertThat(run(op(0x01, right), immediate(left), new Instruction(code | 0x08, 0, 1, 0), one, two))
                .isEqualTo(expected);
    }

    @Test
    void keepsWordsInMemoryAndMovesRegisters() {
        assertThat(run(immediate(9), op(0x02, 3), immediate(0), op(0x60, 3), RETURN_ACCUMULATOR))
                .isEqualTo(9);
        assertThat(run(
                        immediate(9),
                        op(0x07, 0),
                        op(0x03, 15),
                        op(0x61, 15),
                        immediate(0),
                        op(0x87, 0),
                        RETURN_ACCUMULATOR))
                .isEqualTo(9);
        assertThat(run(op(0x80, 0), RETURN_ACCUMULATOR)).isEqualTo(64);
        assertThat(run(op(0x81, 0), op(0x87, 0), RETURN_ACCUMULATOR)).isEqualTo(64);
    }

    @Test
    void endsWithZeroWhereItDividesByAZeroRegister() {
        assertThat(run(immediate(9), op(0x3C, 0), new Instruction(0x06, 0, 0, 5)))
                .isZero();
    }

    @Test
    void jumpsOverInstructions() {
        assertThat(run(op(0x05, 1), RETURN_0, new Instruction(0x06, 0, 0, 5))).isEqualTo(5);
    }

    static Stream<Arguments> refusals() {
        return Stream.of(
                Arguments.of("has 0 instructions, the kernel allows 1 to 4096", List.of()),
                Arguments.of("has 4097 instructions, the kernel allows 1 to 4096", Collections.nCopies(4097, RETURN_0)),
                Arguments.of("does not end with a return", List.of(load(0))),
                Arguments.of(
                        "instruction 0 loads from offset 64 of the 64 bytes of struct seccomp_data",
                        List.of(load(64), RETURN_0)),
                Arguments.of(
                        "instruction 0 loads from offset 2 of the 64 bytes of struct seccomp_data",
                        List.of(load(2), RETURN_0)),
                Arguments.of(
                        "instruction 0 loads from offset 4294967292 of the 64 bytes of struct seccomp_data",
                        List.of(load(-4), RETURN_0)),
                Arguments.of("instruction 0 jumps past the end", List.of(op(0x05, 1), RETURN_0)),
                Arguments.of("instruction 0 jumps past the end", List.of(op(0x05, -1), RETURN_0)),
                Arguments.of("instruction 0 jumps past the end", List.of(new Instruction(0x15, 0, 1, 0), RETURN_0)),
                Arguments.of("instruction 0 divides by zero", List.of(op(0x34, 0), RETURN_0)),
                Arguments.of("instruction 0 shifts by 32 bits", List.of(op(0x64, 32), RETURN_0)),
                Arguments.of("instruction 0 uses word 16 of 16", List.of(op(0x02, 16), RETURN_0)),
                Arguments.of(
                        "instruction 0 reads word 3, which may not have been written", List.of(op(0x60, 3), RETURN_0)),
                Arguments.of(
                        "instruction 2 reads word 3, which may not have been written",
                        List.of(new Instruction(0x15, 1, 0, 0), op(0x02, 3), op(0x60, 3), RETURN_0)),
                Arguments.of(
                        "instruction 0 has the code 0x94, which seccomp does not allow",
                        List.of(op(0x94, 2), RETURN_0)),
                Arguments.of(
                        "instruction 0 has the code 0x28, which seccomp does not allow",
                        List.of(op(0x28, 0), RETURN_0)));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void refusesWhatTheKernelWouldNotLoad(String why, List<Instruction> program) {
        assertThatThrownBy(() -> Interpreter.load(Instruction.bytes(program)))
                .isInstanceOf(FilterRefused.class)
                .hasMessage(why);
    }

    @Test
    void refusesHalfAnInstruction() {
        assertThatThrownBy(() -> Interpreter.load(new byte[12]))
                .isInstanceOf(FilterRefused.class)
                .hasMessage("is 12 bytes long, not a multiple of 8");
    }

    @Test
    void takesWhatEveryPathHasWritten() {
        List<Instruction> program = new ArrayList<>(List.of(
                load(0),
                new Instruction(0x15, 0, 2, 1),
                op(0x02, 3),
                op(0x05, 1),
                op(0x02, 3),
                op(0x60, 3),
                RETURN_ACCUMULATOR));

        Interpreter interpreter = Interpreter.load(Instruction.bytes(program));

        assertThat(interpreter.run(SeccompData.of(Architecture.X86_64, 42))).isEqualTo(42);
    }

    private static int run(Instruction... program) {
        return run(SeccompData.of(Architecture.X86_64, 0), program);
    }

    private static int run(SeccompData data, Instruction... program) {
        return Interpreter.load(Instruction.bytes(Arrays.asList(program))).run(data);
    }

    private static Instruction load(int offset) {
        return op(0x20, offset);
    }

    private static Instruction immediate(int value) {
        return op(0x00, value);
    }

    private static Instruction op(int code, int k) {
        return new Instruction(code, 0, 0, k);
    }
}
