package dev.bailiwick.agent.kernel.linux.syscall;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Reads kernel settings below {@code /proc/sys}. A number must be read by a single call: a second read returns end of file, wherever the
 * first one stopped (proc_dointvec in kernel/sysctl.c). {@link Files#readString} begins with a read of one byte, because these files
 * report a size of 0.
 */
public final class Sysctl {

    private static final int MAX_BYTES = 4096;

    private Sysctl() {}

    /**
     * Returns the setting's value.
     *
     * @param name the name with slashes, for example {@code kernel/cap_last_cap}
     */
    public static String read(String name) {
        try (InputStream file = Files.newInputStream(Path.of("/proc/sys", name))) {
            byte[] content = new byte[MAX_BYTES];
            int length = Math.max(0, file.read(content));
            return new String(content, 0, length, StandardCharsets.US_ASCII).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
