package dev.bailiwick.agent.kernel.linux.syscall;

import com.sun.jna.Native;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** The five functions of spawn.c, bound directly by JNA. Addresses refer to native memory. */
final class NativeSpawn {

    private static final String LIBRARY = "libbailiwick-spawn.so";

    static {
        load();
    }

    private NativeSpawn() {}

    /** See {@code bailiwick_spawn}. */
    static native void bailiwick_spawn(long program);

    /** See {@code bailiwick_await_begin}; returns 0 or a negative errno. */
    static native long bailiwick_await_begin(long program, long milliseconds);

    /** See {@code bailiwick_await}; returns 0 or a negative errno. */
    static native long bailiwick_await(long program, long milliseconds);

    /** See {@code bailiwick_release}. */
    static native void bailiwick_release(long word);

    /** Makes any system call; returns its result or a negative errno. */
    static native long bailiwick_call(long number, long a, long b, long c, long d, long e, long f);

    /** Loads the library from a temporary directory that only root can write to; deletes the directory once the library is mapped. */
    private static void load() {
        try (InputStream library = NativeSpawn.class.getResourceAsStream(LIBRARY)) {
            if (library == null) {
                throw new IllegalStateException(LIBRARY + " is not in the agent's jar");
            }
            Path directory = Files.createTempDirectory(
                    Path.of("/run"),
                    "bailiwick-",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            Path file = directory.resolve(LIBRARY);
            try {
                Files.copy(library, file);
                Native.register(NativeSpawn.class, file.toString());
            } finally {
                Files.deleteIfExists(file);
                Files.delete(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
