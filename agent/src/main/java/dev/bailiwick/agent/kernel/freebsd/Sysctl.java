package dev.bailiwick.agent.kernel.freebsd;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Reads values of sysctl(3) by name. */
final class Sysctl {

    private final LibC libC;

    Sysctl(LibC libC) {
        this.libC = libC;
    }

    /** Returns whether the kernel knows this parameter of jails. It knows a module's parameters only while the module is loaded. */
    boolean knowsParameter(String parameter) {
        return read("security.jail.param." + parameter).isPresent();
    }

    /** Returns the value; empty if there is none of this name. */
    Optional<String> text(String name) {
        return read(name).map(bytes -> Native.toString(bytes, StandardCharsets.UTF_8));
    }

    /** Returns an {@code int} or {@code long}, in little-endian order as on all machines supported here; 0 if there is none. */
    long number(String name) {
        return read(name)
                .map(bytes -> {
                    long number = 0;
                    for (int i = Math.min(bytes.length, Long.BYTES) - 1; i >= 0; i--) {
                        number = number << 8 | bytes[i] & 0xff;
                    }
                    return number;
                })
                .orElse(0L);
    }

    private Optional<byte[]> read(String name) {
        try (Memory length = new Memory(Long.BYTES)) {
            length.setLong(0, 0);
            if (!done(name, libC.sysctlbyname(name, Pointer.NULL, length, Pointer.NULL, 0))) {
                return Optional.empty();
            }
            try (Memory value = new Memory(Math.max(1, length.getLong(0)))) {
                length.setLong(0, value.size());
                if (!done(name, libC.sysctlbyname(name, value, length, Pointer.NULL, 0))) {
                    return Optional.empty();
                }
                return Optional.of(value.getByteArray(0, (int) length.getLong(0)));
            }
        }
    }

    private static boolean done(String name, int result) {
        if (result >= 0) {
            return true;
        }
        int errno = Native.getLastError();
        if (Errno.ENOENT.is(errno)) {
            return false;
        }
        throw new FreeBsdFailure("sysctlbyname", name, errno, "");
    }
}
