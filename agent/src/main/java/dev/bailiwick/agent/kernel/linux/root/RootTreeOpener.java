package dev.bailiwick.agent.kernel.linux.root;

import static dev.bailiwick.agent.kernel.linux.syscall.Constants.MOUNT_ATTR_IDMAP;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.MOUNT_ATTR_NODEV;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.MOUNT_ATTR_RDONLY;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_DIRECTORY;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_PATH;

import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.linux.ids.IdRange;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import dev.bailiwick.jail.RootPath;
import java.nio.file.Path;

/**
 * Opens the trees of a jail's root as detached mounts, which need no path and cannot be swapped for something else, shifted to the
 * jail's ids.
 */
final class RootTreeOpener {

    /** Holds what the jail changed; owned by the jail's root. */
    static final String UPPER = "root";

    static final String WORK = "work";

    private final RootPaths rootPaths;

    RootTreeOpener(RootPaths rootPaths) {
        this.rootPaths = rootPaths;
    }

    /** The jail's own directory as its root; it is given to the jail where it is the host's. */
    Descriptor wholeTree(RootPath path, IdRange range, Descriptor userNamespace) {
        try (Descriptor directory = rootPaths.open(path)) {
            long owner = Linux.status(directory).owner();
            Descriptor tree = Linux.cloneTree(directory, path.value());
            if (range.contains(owner)) {
                Linux.setMount(tree, path.value(), MOUNT_ATTR_NODEV, 0);
            } else if (owner == 0) {
                shift(tree, path.value(), MOUNT_ATTR_NODEV, userNamespace);
            } else {
                tree.close();
                throw belongsToAnother(path, owner);
            }
            return tree;
        }
    }

    /** The directory of an overlay's own layers; an empty or new one is given to the jail. */
    Descriptor data(RootPath path, IdRange range) {
        try (Descriptor directory = rootPaths.openOrCreate(path)) {
            long owner = Linux.status(directory).owner();
            if (owner != range.first()) {
                if (owner != 0 || !isEmpty(directory)) {
                    throw belongsToAnother(path, owner);
                }
                for (String name : new String[] {UPPER, WORK}) {
                    Linux.makeDirectory(directory, name, 0755);
                    Linux.own(directory, name, range.first());
                }
                // Last, so that a start that was cut short here is taken up again.
                Linux.own(directory, "", range.first());
            }
            return Linux.cloneTree(directory, path.value());
        }
    }

    private static boolean isEmpty(Descriptor directory) {
        for (String name : names(directory)) {
            if (!name.equals(UPPER) && !name.equals(WORK)) {
                return false;
            }
        }
        return true;
    }

    private static KernelRefusal belongsToAnother(RootPath path, long owner) {
        return KernelRefusal.permanent(
                "RootPathRefused",
                "the root path " + path + " holds files of user " + owner
                        + ", and this host has no record that they are this" + " jail's; they stay as they are");
    }

    /**
     * The host's programs with the owners they have, who are nobody in a jail: it reads what everybody may read, and its root no more
     * than that, also after a mode or an access list has changed.
     */
    static Descriptor hostPrograms(Path programs) {
        String path = programs.toString();
        try (Descriptor directory = Linux.openat2(Constants.AT_FDCWD, path, O_PATH | O_DIRECTORY, 0, 0)) {
            Descriptor tree = Linux.cloneTree(directory, path);
            Linux.setMount(tree, path, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV, 0);
            return tree;
        }
    }

    /** A tree of the host's that many jails see, read-only, as their root's. */
    static Descriptor shared(Path path, Descriptor userNamespace) {
        try (Descriptor directory = Linux.openat2(Constants.AT_FDCWD, path.toString(), O_PATH | O_DIRECTORY, 0, 0)) {
            Descriptor tree = Linux.cloneTree(directory, path.toString());
            shift(tree, path.toString(), MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV, userNamespace);
            return tree;
        }
    }

    private static void shift(Descriptor tree, String subject, long attributes, Descriptor userNamespace) {
        try {
            Linux.setMount(tree, subject, attributes | MOUNT_ATTR_IDMAP, userNamespace.number());
        } catch (LinuxFailure e) {
            tree.close();
            throw e;
        }
    }

    static String[] names(Descriptor directory) {
        String[] names = Path.of("/proc/self/fd", Integer.toString(directory.number()))
                .toFile()
                .list();
        if (names == null) {
            throw new IllegalStateException("an open directory cannot be listed");
        }
        return names;
    }
}
