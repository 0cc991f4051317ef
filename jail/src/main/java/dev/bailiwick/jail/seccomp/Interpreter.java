package dev.bailiwick.jail.seccomp;

import dev.bailiwick.jail.syscall.Verdict;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** Runs any filter that the kernel would load, with the kernel's result; {@link ProgramCheck} finds the programs it would reject. */
public final class Interpreter {

    private static final int CLASS = 0x07;
    private static final int LOAD = 0x00;
    private static final int LOAD_INDEX = 0x01;
    private static final int STORE = 0x02;
    private static final int STORE_INDEX = 0x03;
    private static final int ARITHMETIC = 0x04;
    private static final int BRANCH = 0x05;
    private static final int GIVE_BACK = 0x06;
    private static final int TRANSFER = 0x07;

    private static final int MODE = 0xE0;
    private static final int IMMEDIATE = 0x00;
    private static final int ABSOLUTE = 0x20;
    private static final int MEMORY = 0x60;
    private static final int LENGTH = 0x80;

    private static final int OPERATION = 0xF0;
    private static final int FROM_INDEX = 0x08;
    private static final int FROM_ACCUMULATOR = 0x10;
    private static final int TO_ACCUMULATOR = 0x80;

    private final List<Instruction> program;

    private Interpreter(List<Instruction> program) {
        this.program = program;
    }

    /**
     * @param program struct sock_filter[], little endian
     * @throws FilterRefused if seccomp(2) would not load it
     */
    public static Interpreter load(byte[] program) {
        List<Instruction> instructions = Instruction.read(program);
        ProgramCheck.check(instructions);
        return new Interpreter(List.copyOf(instructions));
    }

    /** Returns the program's verdict; empty if its action is one that no policy has, such as SECCOMP_RET_TRAP. */
    public Optional<Verdict> verdict(SeccompData data) {
        return ReturnValue.verdict(run(data));
    }

    /** Returns the program's result, SECCOMP_RET_* with its data. */
    public int run(SeccompData data) {
        return run(data, Visitor.NONE);
    }

    /** Is called before each instruction runs, and with the result of each comparison. */
    interface Visitor {
        Visitor NONE = new Visitor() {};

        default void runs(int at) {}

        default void compared(int at, boolean holds) {}
    }

    int run(SeccompData data, Visitor visitor) {
        Machine machine = new Machine(data.bytes());
        int at = 0;
        while (true) {
            visitor.runs(at);
            Instruction instruction = program.get(at);
            switch (instruction.code() & CLASS) {
                case LOAD -> machine.accumulator = machine.load(instruction);
                case LOAD_INDEX -> machine.index = machine.load(instruction);
                case STORE -> machine.memory[instruction.k()] = machine.accumulator;
                case STORE_INDEX -> machine.memory[instruction.k()] = machine.index;
                case ARITHMETIC -> {
                    int operand = machine.operand(instruction);
                    if (isDivision(instruction) && operand == 0) {
                        // The kernel ends a filter that divides by zero with 0: SECCOMP_RET_KILL_THREAD.
                        return 0;
                    }
                    machine.accumulator = calculate(instruction, machine.accumulator, operand);
                }
                case BRANCH -> {
                    if ((instruction.code() & OPERATION) == 0) {
                        at += instruction.k();
                    } else {
                        boolean holds = holds(instruction, machine.accumulator, machine.operand(instruction));
                        visitor.compared(at, holds);
                        at += holds ? instruction.jt() : instruction.jf();
                    }
                }
                case GIVE_BACK -> {
                    return (instruction.code() & FROM_ACCUMULATOR) != 0 ? machine.accumulator : instruction.k();
                }
                case TRANSFER -> {
                    if ((instruction.code() & TO_ACCUMULATOR) != 0) {
                        machine.accumulator = machine.index;
                    } else {
                        machine.index = machine.accumulator;
                    }
                }
                default -> throw new IllegalStateException("three bits have eight values");
            }
            at++;
        }
    }

    private static boolean isDivision(Instruction instruction) {
        return (instruction.code() & OPERATION) == 0x30;
    }

    private static int calculate(Instruction instruction, int accumulator, int operand) {
        return switch (instruction.code() & OPERATION) {
            case 0x00 -> accumulator + operand;
            case 0x10 -> accumulator - operand;
            case 0x20 -> accumulator * operand;
            case 0x30 -> Integer.divideUnsigned(accumulator, operand);
            case 0x40 -> accumulator | operand;
            case 0x50 -> accumulator & operand;
            // The kernel masks a shift by a register with 31, as Java does (bpf_convert_filter).
            case 0x60 -> accumulator << operand;
            case 0x70 -> accumulator >>> operand;
            case 0x80 -> -accumulator;
            case 0xA0 -> accumulator ^ operand;
            default -> throw new IllegalStateException("checked before it was loaded");
        };
    }

    private static boolean holds(Instruction instruction, int accumulator, int operand) {
        return switch (instruction.code() & OPERATION) {
            case 0x10 -> accumulator == operand;
            case 0x20 -> Integer.compareUnsigned(accumulator, operand) > 0;
            case 0x30 -> Integer.compareUnsigned(accumulator, operand) >= 0;
            case 0x40 -> (accumulator & operand) != 0;
            default -> throw new IllegalStateException("checked before it was loaded");
        };
    }

    /** The registers of classic BPF, all 32 bits wide, and its 16 words of memory. */
    private static final class Machine {

        private final ByteBuffer data;
        private final int[] memory = new int[ProgramCheck.MEMORY_WORDS];
        private int accumulator;
        private int index;

        Machine(ByteBuffer data) {
            this.data = data;
        }

        int load(Instruction instruction) {
            return switch (instruction.code() & MODE) {
                case IMMEDIATE -> instruction.k();
                case ABSOLUTE -> data.getInt(instruction.k());
                case MEMORY -> memory[instruction.k()];
                case LENGTH -> Bpf.DATA_BYTES;
                default -> throw new IllegalStateException("checked before it was loaded");
            };
        }

        int operand(Instruction instruction) {
            return (instruction.code() & FROM_INDEX) != 0 ? index : instruction.k();
        }
    }
}
