package dev.bailiwick.agent.kernel.linux.root;

import static dev.bailiwick.agent.kernel.linux.syscall.Constants.MOUNT_ATTR_NODEV;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.MOUNT_ATTR_NOSUID;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.MOUNT_ATTR_RDONLY;

import dev.bailiwick.agent.disk.DurableFile;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * A program that the agent carries in its jar and writes to its state directory when a jail first needs it: that of init.c, which is process
 * 1 of a jail whose definition asks for an init, or that of enter.c. The name contains a digest, so running jails keep the program of an
 * earlier agent.
 */
final class CarriedProgram {

    private static final String RESOURCES = "/dev/bailiwick/agent/kernel/linux/syscall/bailiwick-";

    private final Path directory;
    private final String name;
    private boolean isProvided;

    /** @param name that of its source, without .c */
    CarriedProgram(Path directory, String name) {
        this.directory = directory;
        this.name = name;
    }

    /**
     * Opens the program as a detached mount, which is read-only and belongs to the host's root: no process of a jail can write to it, also not
     * through /proc/1/exe. Nor can it open it for reading: with a watch or a lock on this file, which many jails execute, it would learn when
     * others start. The caller closes it.
     */
    Descriptor open() {
        String path = provide().toString();
        try (Descriptor file = Linux.openat2(Constants.AT_FDCWD, path, Constants.O_PATH, 0, 0)) {
            Descriptor tree = Linux.cloneTree(file, path);
            try {
                Linux.setMount(tree, path, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOSUID, 0);
                return tree;
            } catch (LinuxFailure e) {
                tree.close();
                throw e;
            }
        }
    }

    private synchronized Path provide() {
        try {
            byte[] program = read();
            Path file = directory.resolve(name + "-" + digest(program));
            if (!isProvided || !Files.exists(file)) {
                // After a power failure, a file of an earlier agent may not be what its name says.
                if (!Files.isRegularFile(file) || !Arrays.equals(Files.readAllBytes(file), program)) {
                    Files.createDirectories(directory);
                    DurableFile.write(file, program);
                }
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("--x--x--x"));
                isProvided = true;
            }
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private byte[] read() throws IOException {
        try (InputStream program = CarriedProgram.class.getResourceAsStream(RESOURCES + name)) {
            if (program == null) {
                throw new IllegalStateException("bailiwick-" + name + " is not in the agent's jar");
            }
            return program.readAllBytes();
        }
    }

    private static String digest(byte[] program) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(program), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
