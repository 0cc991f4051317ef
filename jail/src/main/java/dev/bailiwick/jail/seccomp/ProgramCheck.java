package dev.bailiwick.jail.seccomp;

import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Checks a program as the kernel does before it loads one: by bpf_check_classic in net/core/filter.c, then by seccomp_check_filter
 * in kernel/seccomp.c, which allows fewer loads and operations.
 */
final class ProgramCheck {

    /** BPF_MEMWORDS. */
    static final int MEMORY_WORDS = 16;

    private static final int LOAD_ABSOLUTE = 0x20;
    private static final int DIVIDE_BY_CONSTANT = 0x34;
    private static final int SHIFT_LEFT = 0x64;
    private static final int SHIFT_RIGHT = 0x74;
    private static final int STORE = 0x02;
    private static final int STORE_INDEX = 0x03;
    private static final int LOAD_MEMORY = 0x60;
    private static final int LOAD_INDEX_MEMORY = 0x61;
    private static final int JUMP = 0x05;
    private static final Set<Integer> RETURNS = Set.of(0x06, 0x16);
    private static final Set<Integer> CONDITIONAL_JUMPS = Set.of(0x15, 0x1D, 0x25, 0x2D, 0x35, 0x3D, 0x45, 0x4D);

    /** The allowed codes, in the order of seccomp_check_filter; the remainder (BPF_MOD) is not among them. */
    private static final Set<Integer> KNOWN = Set.of(
            0x20, 0x80, 0x81, 0x06, 0x16, 0x04, 0x0C, 0x14, 0x1C, 0x24, 0x2C, 0x34, 0x3C, 0x54, 0x5C, 0x44, 0x4C, 0xA4,
            0xAC, 0x64, 0x6C, 0x74, 0x7C, 0x84, 0x00, 0x01, 0x07, 0x87, 0x60, 0x61, 0x02, 0x03, 0x05, 0x15, 0x1D, 0x35,
            0x3D, 0x25, 0x2D, 0x45, 0x4D);

    private final List<Instruction> program;

    private ProgramCheck(List<Instruction> program) {
        this.program = program;
    }

    /** @throws FilterRefused naming the first instruction that the kernel would reject */
    static void check(List<Instruction> program) {
        if (program.isEmpty() || program.size() > Bpf.MAX_INSTRUCTIONS) {
            throw new FilterRefused(
                    "has " + program.size() + " instructions, the kernel allows 1 to " + Bpf.MAX_INSTRUCTIONS);
        }
        ProgramCheck check = new ProgramCheck(program);
        for (int at = 0; at < program.size(); at++) {
            check.instruction(at);
        }
        if (!RETURNS.contains(program.getLast().code())) {
            throw new FilterRefused("does not end with a return");
        }
        check.memory();
    }

    private void instruction(int at) {
        Instruction instruction = program.get(at);
        int code = instruction.code();
        long k = Integer.toUnsignedLong(instruction.k());
        if (!KNOWN.contains(code)) {
            throw rejection(at, "has the code 0x" + Integer.toHexString(code) + ", which seccomp does not allow");
        }
        if (code == LOAD_ABSOLUTE && (k >= Bpf.DATA_BYTES || k % Integer.BYTES != 0)) {
            throw rejection(at, "loads from offset " + k + " of the 64 bytes of struct seccomp_data");
        }
        if (code == DIVIDE_BY_CONSTANT && k == 0) {
            throw rejection(at, "divides by zero");
        }
        if ((code == SHIFT_LEFT || code == SHIFT_RIGHT) && k >= Integer.SIZE) {
            throw rejection(at, "shifts by " + k + " bits");
        }
        if (usesMemory(code) && k >= MEMORY_WORDS) {
            throw rejection(at, "uses word " + k + " of " + MEMORY_WORDS);
        }
        if (code == JUMP && k >= program.size() - at - 1) {
            throw rejection(at, "jumps past the end");
        }
        if (CONDITIONAL_JUMPS.contains(code)
                && at + 1 + Math.max(instruction.jt(), instruction.jf()) >= program.size()) {
            throw rejection(at, "jumps past the end");
        }
    }

    /** Checks that no path reads a word of memory that it has not written, like check_load_and_stores in the kernel. */
    private void memory() {
        int[] written = new int[program.size()];
        Arrays.fill(written, 0xFFFF);
        int now = 0;
        for (int at = 0; at < program.size(); at++) {
            Instruction instruction = program.get(at);
            now &= written[at];
            switch (instruction.code()) {
                case STORE, STORE_INDEX -> now |= 1 << instruction.k();
                case LOAD_MEMORY, LOAD_INDEX_MEMORY -> {
                    if ((now & (1 << instruction.k())) == 0) {
                        throw rejection(at, "reads word " + instruction.k() + ", which may not have been written");
                    }
                }
                case JUMP -> {
                    written[at + 1 + instruction.k()] &= now;
                    now = -1;
                }
                default -> {
                    if (CONDITIONAL_JUMPS.contains(instruction.code())) {
                        written[at + 1 + instruction.jt()] &= now;
                        written[at + 1 + instruction.jf()] &= now;
                        now = -1;
                    }
                }
            }
        }
    }

    private static boolean usesMemory(int code) {
        return code == STORE || code == STORE_INDEX || code == LOAD_MEMORY || code == LOAD_INDEX_MEMORY;
    }

    private static FilterRefused rejection(int at, String why) {
        return new FilterRefused("instruction " + at + " " + why);
    }
}
