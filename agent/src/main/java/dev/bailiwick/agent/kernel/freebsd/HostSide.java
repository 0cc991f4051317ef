package dev.bailiwick.agent.kernel.freebsd;

import com.sun.jna.Native;
import dev.bailiwick.agent.kernel.KernelRefusal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;

/**
 * The host's side of a jail, which jail(8) sets up and the kernel does not: the jail's addresses as aliases of an interface, and devfs at
 * its {@code /dev}. No process of the jail runs during these calls, so nothing changes its tree at the same time.
 */
final class HostSide {

    /** Addresses of this interface are reachable from wherever the jail's network is routed to this host. */
    private static final String INTERFACE = "lo0";

    /** MNT_FORCE of sys/mount.h. */
    private static final int FORCE = 0x80000;

    private final LibC libC;
    private final Path ifconfig;

    HostSide(LibC libC, Path ifconfig) {
        this.libC = libC;
        this.ifconfig = ifconfig;
    }

    void addAddress(String address) {
        Answer answer = ifconfig(address, "alias");
        if (answer.status != 0) {
            throw KernelRefusal.transientFailure("AddressRefused", "ifconfig of " + address + ": " + answer.output);
        }
    }

    /** Removes the address; does nothing if it does not exist. */
    void removeAddress(String address) {
        Answer answer = ifconfig(address, "-alias");
        if (answer.status != 0 && !answer.output.contains("requested address")) {
            throw KernelRefusal.transientFailure("AddressStays", "ifconfig of " + address + ": " + answer.output);
        }
    }

    /** Mounts devfs with the rules for jails. Creates the directory if it is missing; it must not be a link. */
    void mountDevices(Path root) {
        Path devices = root.resolve("dev");
        try {
            if (!Files.exists(devices, LinkOption.NOFOLLOW_LINKS)) {
                Files.createDirectory(devices);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (!Files.isDirectory(devices, LinkOption.NOFOLLOW_LINKS)) {
            throw KernelRefusal.permanent("RootPathRefused", devices + " is not a directory, and devfs needs one");
        }
        try (IoVectors mount = new IoVectors()
                .text("fstype", "devfs")
                .text("fspath", devices.toString())
                .text("from", "devfs")
                .text("ruleset", Integer.toString(JailParameters.DEVICE_RULES))) {
            if (libC.nmount(mount.array(), mount.count(), 0) < 0) {
                int errno = Native.getLastError();
                throw new FreeBsdFailure("nmount", devices.toString(), errno, mount.givenText("errmsg"));
            }
        }
    }

    /** Unmounts devfs. Does nothing if nothing is mounted, which the kernel reports as EINVAL, or if the directory does not exist. */
    void unmountDevices(Path root) {
        Path devices = root.resolve("dev");
        if (libC.unmount(devices.toString(), FORCE) < 0) {
            int errno = Native.getLastError();
            if (!Errno.EINVAL.is(errno) && !Errno.ENOENT.is(errno)) {
                throw new FreeBsdFailure("unmount", devices.toString(), errno, "");
            }
        }
    }

    private record Answer(int status, String output) {}

    private Answer ifconfig(String address, String change) {
        boolean v6 = address.indexOf(':') >= 0;
        List<String> words =
                List.of(ifconfig.toString(), INTERFACE, v6 ? "inet6" : "inet", address + (v6 ? "/128" : "/32"), change);
        try {
            Process process =
                    new ProcessBuilder(words).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Answer(process.waitFor(), output.strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw KernelRefusal.transientFailure("Interrupted", "interrupted while ifconfig ran");
        }
    }
}
