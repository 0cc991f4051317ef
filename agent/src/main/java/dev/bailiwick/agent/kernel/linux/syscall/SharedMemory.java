package dev.bailiwick.agent.kernel.linux.syscall;

import com.sun.jna.Pointer;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Memory that another process can map at the same address, so that addresses in it mean the same to both. It is zeroed. Not thread-safe.
 */
final class SharedMemory implements AutoCloseable {

    /** Enough for a program of {@link SpawnProgram} with a filter, and for as long arguments as execve(2) takes. */
    static final long BYTES = 4 << 20;

    private static final int READ_AND_WRITE = 1 | 2;
    private static final int SHARED_FIXED_NOREPLACE = 0x01 | 0x100000;

    /** Where neither a JVM nor a small static program has anything: above 256 GiB, and below the 512 GiB that some kernels end at. */
    private static final long FIRST_ADDRESS = 0x40_0000_0000L;

    private static final int PLACES = 1_024;
    private static final AtomicInteger NEXT = new AtomicInteger();

    private final Descriptor file;
    private final long address;

    SharedMemory() {
        this.file = create();
        try {
            Linux.call(SystemCall.FTRUNCATE, "shared memory", file.number(), BYTES);
            this.address = map(file);
        } catch (LinuxFailure e) {
            file.close();
            throw e;
        }
    }

    private static Descriptor create() {
        try (NativeMemory memory = new NativeMemory()) {
            return new Descriptor((int) Linux.call(
                    SystemCall.MEMFD_CREATE,
                    "shared memory",
                    NativeMemory.address(memory.text("bailiwick")),
                    Constants.MFD_CLOEXEC));
        }
    }

    private static long map(Descriptor file) {
        long result = -Errno.EEXIST;
        for (int i = 0; i < PLACES && result == -Errno.EEXIST; i++) {
            long place = FIRST_ADDRESS + Math.floorMod(NEXT.getAndIncrement(), PLACES) * BYTES;
            result = Linux.raw(SystemCall.MMAP, place, BYTES, READ_AND_WRITE, SHARED_FIXED_NOREPLACE, file.number(), 0);
        }
        return Linux.check("mmap", "shared memory", result);
    }

    /** Returns the file behind it, for another process to map. It is close-on-exec. */
    Descriptor file() {
        return file;
    }

    long address() {
        return address;
    }

    Pointer at(long offset) {
        return new Pointer(address + offset);
    }

    /** Unmaps it here; processes that have mapped it keep it. */
    @Override
    public void close() {
        Linux.raw(SystemCall.MUNMAP, address, BYTES);
        file.close();
    }
}
