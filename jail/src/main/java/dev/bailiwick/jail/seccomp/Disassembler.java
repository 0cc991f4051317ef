package dev.bailiwick.jail.seccomp;

import dev.bailiwick.jail.syscall.Verdict;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Writes filters as readable text. */
final class Disassembler {

    private Disassembler() {}

    static String of(List<Instruction> program) {
        return IntStream.range(0, program.size())
                .mapToObj(at -> String.format(Locale.ROOT, "%4d  %s", at, line(program.get(at), at)))
                .collect(Collectors.joining("\n", "", "\n"));
    }

    private static String line(Instruction instruction, int at) {
        int k = instruction.k();
        return switch (instruction.code()) {
            case Bpf.LOAD_WORD -> "load " + word(k);
            case Bpf.AND -> "and " + hex(k);
            case Bpf.JUMP -> "jump to " + (at + 1 + k);
            case Bpf.JUMP_IF_EQUAL -> branch("==", instruction, at);
            case Bpf.JUMP_IF_GREATER -> branch(">", instruction, at);
            case Bpf.JUMP_IF_GREATER_OR_EQUAL -> branch(">=", instruction, at);
            case Bpf.JUMP_IF_SET -> branch("&", instruction, at);
            case Bpf.RETURN -> ReturnValue.verdict(k).map(Verdict::text).orElse("return " + hex(k));
            default ->
                "code " + hex(instruction.code()) + " jt " + instruction.jt() + " jf " + instruction.jf() + " k "
                        + hex(k);
        };
    }

    private static String branch(String comparison, Instruction instruction, int at) {
        return "if " + comparison + " " + constant(instruction.k()) + " then " + (at + 1 + instruction.jt()) + " else "
                + (at + 1 + instruction.jf());
    }

    private static String word(int offset) {
        return switch (offset) {
            case Bpf.NUMBER -> "number";
            case Bpf.ARCHITECTURE -> "architecture";
            case Bpf.INSTRUCTION_POINTER -> "low word of the instruction pointer";
            case Bpf.INSTRUCTION_POINTER + Integer.BYTES -> "high word of the instruction pointer";
            default -> {
                int argument = (offset - Bpf.ARGUMENTS) / Long.BYTES;
                yield (offset % Long.BYTES == 0 ? "low" : "high") + " word of argument " + argument;
            }
        };
    }

    private static String constant(int k) {
        return k >= 0 && k < 1024 ? String.valueOf(k) : hex(k);
    }

    private static String hex(int k) {
        return String.format(Locale.ROOT, "0x%08x", k);
    }
}
