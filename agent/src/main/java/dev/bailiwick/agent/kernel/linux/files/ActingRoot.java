package dev.bailiwick.agent.kernel.linux.files;

import com.sun.jna.Pointer;
import dev.bailiwick.agent.kernel.linux.ids.IdRange;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.NativeMemory;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;

/**
 * Has this thread make files as root of a jail until it is closed, by the same thread: what it creates belongs to that root, and of its
 * capabilities only those remain that such a root has about files. So it cannot exceed a quota or use what the disk keeps for the root of the
 * host (CAP_SYS_RESOURCE).
 */
final class ActingRoot implements AutoCloseable {

    /** CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_FOWNER and CAP_FSETID: capabilities(7). */
    private static final int ABOUT_FILES = 1 << 0 | 1 << 1 | 1 << 3 | 1 << 4;

    private static final String SUBJECT = "the thread for files of a jail";
    private static final int SETS_BYTES = 24;
    private static final int HALF_BYTES = 12;

    private final NativeMemory memory = new NativeMemory();
    private final long securityBits;
    private final Pointer header;
    private final Pointer before;

    ActingRoot(IdRange range) {
        header = memory.bytes(8);
        header.setInt(0, Constants.CAPABILITY_VERSION_3);
        before = memory.bytes(SETS_BYTES);
        securityBits = Linux.call(SystemCall.PRCTL, SUBJECT, Constants.PR_GET_SECUREBITS);
        Linux.call(SystemCall.CAPGET, SUBJECT, NativeMemory.address(header), NativeMemory.address(before));
        try {
            // Without it, the change of the id would take away all capabilities about files.
            Linux.call(
                    SystemCall.PRCTL,
                    SUBJECT,
                    Constants.PR_SET_SECUREBITS,
                    securityBits | Constants.SECURE_NO_SETUID_FIXUP);
            become(range.first());
            Pointer reduced = memory.copy(before.getByteArray(0, SETS_BYTES));
            reduced.setInt(0, before.getInt(0) & ABOUT_FILES);
            reduced.setInt(HALF_BYTES, 0);
            Linux.call(SystemCall.CAPSET, SUBJECT, NativeMemory.address(header), NativeMemory.address(reduced));
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Both calls return the id that was, and never an error: setfsuid(2). */
    private static void become(long id) {
        Linux.raw(SystemCall.SETFSGID, id);
        Linux.raw(SystemCall.SETFSUID, id);
        // The change of ids has set the dumpability of the agent's memory to fs.suid_dumpable.
        Linux.call(SystemCall.PRCTL, SUBJECT, Constants.PR_SET_DUMPABLE, 0);
    }

    @Override
    public void close() {
        Linux.call(SystemCall.CAPSET, SUBJECT, NativeMemory.address(header), NativeMemory.address(before));
        become(0);
        Linux.call(SystemCall.PRCTL, SUBJECT, Constants.PR_SET_SECUREBITS, securityBits);
        memory.close();
    }
}
