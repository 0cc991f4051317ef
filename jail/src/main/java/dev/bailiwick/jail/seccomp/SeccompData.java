package dev.bailiwick.jail.seccomp;

import dev.bailiwick.jail.syscall.Architecture;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * One system call as the kernel shows it to a filter, struct seccomp_data.
 *
 * @param number the number that the caller gave, even if no such call exists
 * @param architecture AUDIT_ARCH_* of the entry that was used
 * @param instructionPointer address of the call
 * @param arguments the six argument registers
 */
public record SeccompData(int number, int architecture, long instructionPointer, List<Long> arguments) {

    private static final int ARGUMENTS = 6;

    public SeccompData {
        arguments = List.copyOf(arguments);
        if (arguments.size() != ARGUMENTS) {
            throw new IllegalArgumentException("has " + arguments.size() + " arguments, not " + ARGUMENTS);
        }
    }

    /** @param arguments up to six; missing ones are 0 */
    public static SeccompData of(Architecture architecture, int number, long... arguments) {
        List<Long> all = new ArrayList<>();
        for (int i = 0; i < Math.max(ARGUMENTS, arguments.length); i++) {
            all.add(i < arguments.length ? arguments[i] : 0);
        }
        return new SeccompData(number, architecture.auditValue(), 0, all);
    }

    ByteBuffer bytes() {
        ByteBuffer bytes = ByteBuffer.allocate(Bpf.DATA_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(number).putInt(architecture).putLong(instructionPointer);
        arguments.forEach(bytes::putLong);
        return bytes;
    }
}
