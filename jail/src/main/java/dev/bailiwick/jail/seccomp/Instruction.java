package dev.bailiwick.jail.seccomp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * One classic BPF instruction, struct sock_filter.
 *
 * @param code 16 bits, unsigned
 * @param jt how many instructions to skip if the comparison is true, 0 to 255
 * @param jf how many instructions to skip if the comparison is false, 0 to 255
 */
record Instruction(int code, int jt, int jf, int k) {

    Instruction {
        if (code < 0 || code > 0xFFFF || jt < 0 || jt > 255 || jf < 0 || jf > 255) {
            throw new IllegalArgumentException("does not fit struct sock_filter: " + code + " " + jt + " " + jf);
        }
    }

    /** Returns the program as struct sock_filter[], little endian like both supported architectures. */
    static byte[] bytes(List<Instruction> program) {
        ByteBuffer buffer =
                ByteBuffer.allocate(program.size() * Bpf.INSTRUCTION_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (Instruction instruction : program) {
            buffer.putShort((short) instruction.code)
                    .put((byte) instruction.jt)
                    .put((byte) instruction.jf)
                    .putInt(instruction.k);
        }
        return buffer.array();
    }

    /** @throws FilterRefused if the length of {@code bytes} is not a multiple of that of an instruction */
    static List<Instruction> read(byte[] bytes) {
        if (bytes.length % Bpf.INSTRUCTION_BYTES != 0) {
            throw new FilterRefused("is " + bytes.length + " bytes long, not a multiple of " + Bpf.INSTRUCTION_BYTES);
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        List<Instruction> program = new ArrayList<>();
        while (buffer.hasRemaining()) {
            program.add(new Instruction(
                    Short.toUnsignedInt(buffer.getShort()),
                    Byte.toUnsignedInt(buffer.get()),
                    Byte.toUnsignedInt(buffer.get()),
                    buffer.getInt()));
        }
        return program;
    }
}
