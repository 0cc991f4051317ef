package dev.bailiwick.agent.kernel.linux.command;

import com.sun.jna.Pointer;
import dev.bailiwick.agent.kernel.linux.syscall.Errno;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.NativeMemory;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import java.util.OptionalLong;

/** A few descriptors for which one thread waits: ppoll(2). */
final class PollSet {

    static final short IN = 1;
    static final short OUT = 4;

    /** Instead of a descriptor: nothing. */
    static final int NOTHING = -1;

    private static final int ENTRY_BYTES = 8;
    private static final int TIME_BYTES = 16;

    private final int places;
    private final Pointer entries;
    private final Pointer time;

    PollSet(NativeMemory memory, int places) {
        this.places = places;
        this.entries = memory.bytes((long) ENTRY_BYTES * places);
        this.time = memory.bytes(TIME_BYTES);
    }

    /** Sets what to wait for at this place. */
    void watch(int place, int descriptor, short events) {
        long at = (long) ENTRY_BYTES * place;
        entries.setInt(at, descriptor);
        entries.setShort(at + 4, events);
        entries.setShort(at + 6, (short) 0);
    }

    /**
     * Waits.
     *
     * @param nanos the maximum time; empty for no limit
     * @return false if a signal has ended the wait
     */
    boolean await(OptionalLong nanos) {
        nanos.ifPresent(limit -> {
            time.setLong(0, limit / 1_000_000_000);
            time.setLong(8, limit % 1_000_000_000);
        });
        long result = Linux.raw(
                SystemCall.PPOLL,
                NativeMemory.address(entries),
                places,
                nanos.isPresent() ? NativeMemory.address(time) : 0,
                0,
                0);
        if (result == -Errno.EINTR) {
            return false;
        }
        Linux.check("ppoll", "command", result);
        return true;
    }

    /** Returns whether something has happened at this place. */
    boolean isReady(int place) {
        return entries.getShort((long) ENTRY_BYTES * place + 6) != 0;
    }
}
