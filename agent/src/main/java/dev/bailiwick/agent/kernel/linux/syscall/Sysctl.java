package dev.bailiwick.agent.kernel.linux.syscall;

import com.sun.jna.Pointer;
import java.nio.charset.StandardCharsets;

/**
 * Reads kernel settings below {@code /proc/sys}. A setting must be read by a single call: a second read returns end of file, wherever the
 * first one stopped (proc_dointvec in kernel/sysctl.c). {@link java.nio.file.Files#readString} begins with a read of one byte, because
 * these files report a size of 0. Each start of a jail reads some, so this uses the calls themselves.
 */
public final class Sysctl {

    private static final int MAX_BYTES = 4096;

    private Sysctl() {}

    /**
     * Returns the setting's value.
     *
     * @param name the name with slashes, for example {@code kernel/cap_last_cap}
     * @throws LinuxFailure if there is no such setting
     */
    public static String read(String name) {
        String path = "/proc/sys/" + name;
        try (NativeMemory memory = new NativeMemory();
                Descriptor file = Linux.openat2(Constants.AT_FDCWD, path, Constants.O_RDONLY, 0, 0)) {
            Pointer content = memory.bytes(MAX_BYTES);
            int length = Linux.read(file, path, content, MAX_BYTES);
            return new String(content.getByteArray(0, length), StandardCharsets.US_ASCII).strip();
        }
    }
}
