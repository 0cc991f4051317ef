package dev.bailiwick.agent.kernel.linux.syscall;

import com.sun.jna.Pointer;

/** One argument of a system call in a {@link SpawnProgram}. */
public sealed interface Operand {

    Operand ZERO = new Value(0);

    /** The current directory, for {@code openat2(2)} and similar calls. */
    Operand CURRENT_DIRECTORY = new Value(Constants.AT_FDCWD);

    /** A number, or the address of prepared memory. */
    record Value(long value) implements Operand {}

    /** The result of an earlier call of the same program: a descriptor. */
    record Slot(int index) implements Operand {}

    static Operand of(long value) {
        return new Value(value);
    }

    static Operand of(Pointer pointer) {
        return new Value(Pointer.nativeValue(pointer));
    }
}
