package dev.bailiwick.agent.kernel.linux.oom;

import com.sun.jna.Pointer;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.EpollLoop;
import dev.bailiwick.agent.kernel.linux.syscall.Errno;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import dev.bailiwick.agent.kernel.linux.syscall.NativeMemory;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The records that the kernel itself writes to its log from now on, Documentation/ABI/testing/dev-kmsg. Those of programs have another
 * facility, which the kernel gives them.
 */
final class KernelLog implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(KernelLog.class);

    private static final String DEVICE = "/dev/kmsg";
    /** CONSOLE_EXT_LOG_MAX: the kernel cuts longer records. */
    private static final int RECORD_BYTES = 8192;

    private static final int FACILITY_SHIFT = 3;
    private static final int SEEK_END = 2;

    /** Bounds the work for a log that grows quickly: 12,800 records in a second. The kernel overwrites what is not read in time. */
    private static final int BATCH = 256;

    private static final long REST_NANOS = 20_000_000;

    private final Descriptor device;
    private final NativeMemory memory = new NativeMemory();
    private final Pointer record = memory.bytes(RECORD_BYTES);
    private final byte[] bytes = new byte[RECORD_BYTES];
    private final Consumer<String> reader;
    private final EpollLoop loop;

    /**
     * Begins to read, on a thread of its own.
     *
     * @param reader gets the text of each record, without what the kernel adds to it
     * @throws LinuxFailure if this process may not read the log
     */
    KernelLog(Consumer<String> reader) {
        this.reader = reader;
        this.device = Linux.openat2(Constants.AT_FDCWD, DEVICE, Constants.O_RDONLY | Constants.O_NONBLOCK, 0, 0);
        try {
            Linux.call(SystemCall.LSEEK, DEVICE, device.number(), 0, SEEK_END);
        } catch (LinuxFailure e) {
            device.close();
            memory.close();
            throw e;
        }
        this.loop = new EpollLoop("kernel-log");
        loop.whenReadable(device, this::read);
    }

    private long read() {
        for (int i = 0; i < BATCH; i++) {
            long length = Linux.raw(SystemCall.READ, device.number(), NativeMemory.address(record), RECORD_BYTES);
            if (length == -Errno.EAGAIN) {
                return 0;
            }
            // The next record was overwritten before it was read; the one after it is next.
            if (length != -Errno.EPIPE && length != -Errno.EINTR) {
                take((int) Linux.check("read", DEVICE, length));
            }
        }
        return REST_NANOS;
    }

    /** Takes for example {@code 3,5314,54006193674,-;Out of memory: Killed process 7 (sh) …}, and lines about devices after it. */
    private void take(int length) {
        record.read(0, bytes, 0, length);
        int begin = indexOf(';', 0, length) + 1;
        int comma = indexOf(',', 0, begin);
        if (begin > 0 && comma < begin && priority(comma) >> FACILITY_SHIFT == 0) {
            pass(new String(bytes, begin, indexOf('\n', begin, length) - begin, StandardCharsets.US_ASCII));
        }
    }

    private void pass(String text) {
        try {
            reader.accept(text);
        } catch (RuntimeException e) {
            // Otherwise the loop would stop to watch the log, and one record about one jail end the reports of all
            // others.
            log.warn("a record of the kernel's log cannot be handled: {}", text, e);
        }
    }

    private int priority(int end) {
        int priority = 0;
        for (int i = 0; i < end; i++) {
            priority = priority * 10 + bytes[i] - '0';
        }
        return priority;
    }

    /** Returns {@code end} if the range does not contain the character. */
    private int indexOf(char wanted, int begin, int end) {
        for (int i = begin; i < end; i++) {
            if (bytes[i] == wanted) {
                return i;
            }
        }
        return end;
    }

    @Override
    public void close() {
        loop.close();
        device.close();
        memory.close();
    }
}
