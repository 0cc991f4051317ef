package dev.bailiwick.agent.kernel.linux.root;

import static dev.bailiwick.agent.kernel.linux.syscall.Constants.MOUNT_ATTR_IDMAP;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.MOUNT_ATTR_NODEV;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.MOUNT_ATTR_NOSUID;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.MOUNT_ATTR_RDONLY;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_DIRECTORY;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_PATH;

import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.linux.ids.IdRange;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.FileStatus;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.process.Privileges;
import java.nio.file.Path;

/**
 * Opens the trees of a jail's root as detached mounts, shifted to the jail's ids. Such mounts need no path and cannot be replaced by
 * something else.
 */
final class RootTreeOpener {

    /** The directory for the jail's changes; the jail's root owns it. */
    static final String UPPER = "root";

    static final String WORK = "work";

    /** Device files and privileges have no effect, whatever the jail's definition says. */
    static final long OF_THE_HOST = MOUNT_ATTR_NODEV | MOUNT_ATTR_NOSUID;

    private final RootPaths rootPaths;

    RootTreeOpener(RootPaths rootPaths) {
        this.rootPaths = rootPaths;
    }

    /**
     * Returns the attributes of a jail's own files. Where it gives no privileges, no_new_privs already takes the effect from the setuid bit
     * and file capabilities; without nosuid, the kernel would not even execute a program with a capability that no jail has, such as
     * Debian's ping.
     */
    static long attributes(Privileges privileges) {
        return switch (privileges) {
            case NONE -> MOUNT_ATTR_NODEV | MOUNT_ATTR_NOSUID;
            case SETUID -> MOUNT_ATTR_NODEV;
        };
    }

    /** Opens the jail's own directory as its root, and gives it to the jail if the host owns it. */
    Descriptor wholeTree(RootPath path, IdRange range, Descriptor userNamespace, Privileges privileges) {
        try (Descriptor directory = rootPaths.open(path)) {
            long owner = FileStatus.of(directory).owner();
            Descriptor tree = Linux.cloneTree(directory, path.value());
            if (range.contains(owner)) {
                Linux.setMount(tree, path.value(), attributes(privileges), 0);
            } else if (owner == 0) {
                shift(tree, path.value(), attributes(privileges), userNamespace);
            } else {
                tree.close();
                throw belongsToAnother(path, owner);
            }
            return tree;
        }
    }

    /**
     * The directory with an overlay's own layers.
     *
     * @param isBlank whether the jail has no files there yet
     */
    record Data(Descriptor tree, boolean isBlank) {}

    /** Opens the directory with an overlay's own layers; gives it to the jail if it is empty or new. */
    Data data(RootPath path, IdRange range) {
        try (Descriptor directory = rootPaths.openOrCreate(path)) {
            long owner = FileStatus.of(directory).owner();
            boolean isBlank = owner != range.first();
            if (isBlank) {
                if (owner != 0 || !isEmpty(directory)) {
                    throw belongsToAnother(path, owner);
                }
                for (String name : new String[] {UPPER, WORK}) {
                    Linux.makeDirectory(directory, name, 0755);
                    Linux.own(directory, name, range.first());
                }
                // The last step, so that the next start repeats an interrupted one.
                Linux.own(directory, "", range.first());
            }
            return new Data(Linux.cloneTree(directory, path.value()), isBlank);
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
                "the root path " + path + " contains files of user " + owner
                        + ", and this host has no record that they belong to this jail; they are unchanged");
    }

    /**
     * Opens the host's programs with their original owners, who are nobody in a jail. The jail, including its root, can read only what
     * everybody may read, even after a mode or an access list has changed.
     */
    static Descriptor hostPrograms(Path programs) {
        String path = programs.toString();
        try (Descriptor directory = directory(programs)) {
            Descriptor tree = Linux.cloneTree(directory, path);
            Linux.setMount(tree, path, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV, 0);
            return tree;
        }
    }

    /** Opens a directory of the host. */
    static Descriptor directory(Path path) {
        return Linux.openat2(Constants.AT_FDCWD, path.toString(), O_PATH | O_DIRECTORY, 0, 0);
    }

    /** Opens a tree of the host that many jails see, read-only, with their own root as its owner. */
    static Descriptor share(Path path, Descriptor userNamespace) {
        try (Descriptor directory = directory(path)) {
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
