package dev.bailiwick.agent.kernel.linux.syscall;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Reads kernel settings below {@code /proc/sys}. A number there must be read at once: its file answers a second read with
 * end of file, wherever the first one stopped (proc_dointvec in kernel/sysctl.c), and {@link Files#readString} begins with
 * a read of one byte since these files say that they are empty.
 */
public final class Sysctl {

    private static final int MAX_BYTES = 4096;

    private Sysctl() {}

    /**
     * The setting's value.
     *
     * @param name with slashes, for example {@code kernel/cap_last_cap}
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
