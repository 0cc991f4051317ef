package dev.bailiwick.agent.kernel.linux.syscall;

import static dev.bailiwick.agent.kernel.linux.syscall.Constants.AT_EMPTY_PATH;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.STATX_BASIC_STATS;

import com.sun.jna.Pointer;

/**
 * The part of statx(2) that the agent uses.
 *
 * @param owner the user id in the host's numbering
 * @param mode type and permissions, S_IF*
 * @param major of the device that it is
 * @param minor of the device that it is
 */
public record FileStatus(long owner, int mode, int major, int minor) {

    /** Returns the status of the file behind the descriptor. */
    public static FileStatus of(Descriptor file) {
        try (NativeMemory memory = new NativeMemory()) {
            Pointer status = memory.bytes(256);
            Linux.call(
                    SystemCall.STATX,
                    "descriptor",
                    file.number(),
                    NativeMemory.address(memory.text("")),
                    AT_EMPTY_PATH,
                    STATX_BASIC_STATS,
                    NativeMemory.address(status));
            return new FileStatus(
                    Integer.toUnsignedLong(status.getInt(20)),
                    Short.toUnsignedInt(status.getShort(28)),
                    status.getInt(128),
                    status.getInt(132));
        }
    }

    /** Returns whether it is ptmx(4). */
    public boolean isTerminalMultiplexer() {
        return (mode & Constants.S_IFMT) == Constants.S_IFCHR && major == 5 && minor == 2;
    }
}
