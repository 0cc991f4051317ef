package dev.bailiwick.agent.kernel.linux.syscall;

/** The offsets and sizes, in bytes, of {@code struct call} and {@code struct program} of spawn.c. */
final class ProgramLayout {

    static final int CALL_BYTES = 72;
    static final int CALL_SLOT = 4;
    static final int CALL_TOLERATED = 8;
    static final int CALL_FLAGS = 12;
    static final int CALL_FROM_SLOT = 16;
    static final int CALL_ARGUMENTS = 24;

    /** How many results of calls a program can keep for later calls. */
    static final int SLOTS = 128;

    static final int NO_SLOT = -1;

    static final int COUNT = 24;
    static final int AT = 28;
    static final int ERROR = 32;
    static final int LIVING = 36;
    static final int SLOT_VALUES = 40;
    static final int OWNER = SLOT_VALUES + 8 * SLOTS;
    static final int BYTES = OWNER + 8;

    private ProgramLayout() {}
}
