package dev.bailiwick.jail.seccomp;

import dev.bailiwick.jail.syscall.Architecture;
import java.util.List;

/** A compiled filter, ready to be loaded with seccomp(2). */
public final class SeccompFilter {

    private final Architecture architecture;
    private final List<Instruction> instructions;

    SeccompFilter(Architecture architecture, List<Instruction> instructions) {
        this.architecture = architecture;
        this.instructions = List.copyOf(instructions);
    }

    public Architecture architecture() {
        return architecture;
    }

    /** Returns the program as struct sock_filter[]: 8 bytes per instruction, little endian. */
    public byte[] program() {
        return Instruction.bytes(instructions);
    }

    /** Returns the number of instructions, at most 4096. */
    public int length() {
        return instructions.size();
    }

    /** Returns the maximum number of instructions that the kernel runs for one call. */
    public int depth() {
        int[] depths = new int[instructions.size()];
        for (int at = depths.length - 1; at >= 0; at--) {
            Instruction instruction = instructions.get(at);
            depths[at] = 1
                    + switch (instruction.code()) {
                        case Bpf.RETURN -> 0;
                        case Bpf.LOAD_WORD, Bpf.AND -> depths[at + 1];
                        case Bpf.JUMP -> depths[at + 1 + instruction.k()];
                        default -> Math.max(depths[at + 1 + instruction.jt()], depths[at + 1 + instruction.jf()]);
                    };
        }
        return depths[0];
    }

    /** Returns a text with one instruction per line and the meaning of loaded, compared and returned values. */
    public String disassemble() {
        return Disassembler.of(instructions);
    }

    @Override
    public String toString() {
        return "seccomp filter for " + architecture.text() + ": " + length() + " instructions, depth " + depth();
    }
}
