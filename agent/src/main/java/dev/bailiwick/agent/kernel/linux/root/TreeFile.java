package dev.bailiwick.agent.kernel.linux.root;

import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.NativeMemory;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A file in a tree that a jail can write to, which may have replaced the file by anything. */
final class TreeFile {

    private TreeFile() {}

    /**
     * Returns the first bytes of a regular file; no bytes for anything else, such as an overlay's mark of a removed file. Empty if the
     * file does not exist, or can only be reached through a link.
     */
    static Optional<byte[]> head(Descriptor tree, String path, int bytes) {
        int number;
        try (NativeMemory memory = new NativeMemory()) {
            int asItIs = Constants.O_PATH | Constants.O_NOFOLLOW;
            number = (int) Linux.openat2Raw(memory, tree.number(), path, asItIs, 0, MountCalls.BELOW);
        }
        if (number < 0) {
            return Optional.empty();
        }
        // Opens with O_PATH first: opening a device or a pipe for reading can have effects, or wait.
        try (Descriptor file = new Descriptor(number)) {
            if ((Linux.status(file).mode() & Constants.S_IFMT) != Constants.S_IFREG) {
                return Optional.of(new byte[0]);
            }
            try (InputStream in = Files.newInputStream(Path.of("/proc/self/fd", Integer.toString(number)))) {
                return Optional.of(in.readNBytes(bytes));
            } catch (AccessDeniedException ofAnIdThatTheJailHasNot) {
                return Optional.of(new byte[0]);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
