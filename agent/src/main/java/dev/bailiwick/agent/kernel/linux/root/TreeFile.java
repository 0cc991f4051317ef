package dev.bailiwick.agent.kernel.linux.root;

import com.sun.jna.Pointer;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Errno;
import dev.bailiwick.agent.kernel.linux.syscall.FileStatus;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.NativeMemory;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import java.io.ByteArrayOutputStream;
import java.util.Optional;

/** A file in a tree that a jail can write to, which may have replaced the file by anything. */
final class TreeFile {

    private static final byte[] NOTHING = {};
    private static final int BUFFER_BYTES = 8192;

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
            if ((FileStatus.of(file).mode() & Constants.S_IFMT) != Constants.S_IFREG) {
                return Optional.of(NOTHING);
            }
            return Optional.of(content(file, path, bytes));
        }
    }

    /** Returns nothing for a file of an id that the jail does not have, which its owner may not read, or that is leased. */
    private static byte[] content(Descriptor file, String path, int bytes) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        try (NativeMemory memory = new NativeMemory()) {
            // A process of the jail with a lease (fcntl(2)) would make an open wait: so this one does not, and has no
            // other try.
            int number = (int) Linux.raw(
                    SystemCall.OPENAT2,
                    Constants.AT_FDCWD,
                    NativeMemory.address(memory.text("/proc/self/fd/" + file.number())),
                    NativeMemory.address(
                            Linux.how(memory, Constants.O_RDONLY | Constants.O_NONBLOCK | Constants.O_CLOEXEC, 0, 0)),
                    24);
            if (number == -Errno.EACCES || number == -Errno.EAGAIN) {
                return NOTHING;
            }
            try (Descriptor readable = new Descriptor((int) Linux.check("openat2", path, number))) {
                Pointer buffer = memory.bytes(BUFFER_BYTES);
                while (content.size() < bytes) {
                    int length = Linux.read(readable, path, buffer, Math.min(BUFFER_BYTES, bytes - content.size()));
                    if (length == 0) {
                        break;
                    }
                    content.writeBytes(buffer.getByteArray(0, length));
                }
            }
        }
        return content.toByteArray();
    }
}
