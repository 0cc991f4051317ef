package dev.bailiwick.agent.kernel.linux.root;

import static dev.bailiwick.agent.kernel.linux.syscall.Constants.MOUNT_ATTR_IDMAP;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.MOUNT_ATTR_NODEV;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.MOUNT_ATTR_RDONLY;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_DIRECTORY;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_PATH;

import dev.bailiwick.agent.kernel.HostLayout;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.linux.ids.IdRange;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Errno;
import dev.bailiwick.agent.kernel.linux.syscall.FileTree;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import dev.bailiwick.agent.kernel.linux.syscall.Operand;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.RootPath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The files a jail's root is made of: checked and opened by the agent, shifted to the jail's ids, and handed to the child as
 * detached mounts, which need no path and cannot be swapped for something else.
 */
public final class JailFiles implements AutoCloseable {

    /** Holds what the jail changed; owned by the jail's root. */
    private static final String UPPER = "root";

    private static final String WORK = "work";

    private final RootPaths rootPaths;
    private final Path templates;
    private final Optional<ThinBase> thinBase;
    private final Optional<HostPrograms> programs;

    public JailFiles(HostLayout layout) {
        this.rootPaths = new RootPaths(layout.rootBase());
        this.templates = layout.stateDirectory().resolve("templates");
        Path bases = layout.stateDirectory().resolve("base");
        boolean hasThinBase = ThinBase.isPossible(layout.stateDirectory());
        this.thinBase = hasThinBase ? Optional.of(ThinBase.build(bases)) : Optional.empty();
        this.programs = hasThinBase ? Optional.of(ThinBase.programs(bases)) : Optional.empty();
    }

    public boolean hasThinBase() {
        return thinBase.isPresent();
    }

    /** What jails with the thin base borrow; empty where this host has no such base. */
    public Optional<HostPrograms> programs() {
        return programs;
    }

    /** See {@link dev.bailiwick.agent.kernel.JailStorage#pathRefusal}. */
    public Optional<String> refusal(RootPath path, Base base) {
        return rootPaths.refusal(path).or(() -> switch (base) {
            case Base.Directory() ->
                exists(path)
                        ? Optional.empty()
                        : Optional.of("does not exist on this host, and 'directory' uses it as it is");
            case Base.Thin() ->
                hasThinBase()
                        ? Optional.empty()
                        : Optional.of(
                                "cannot be based on this host's programs: its /usr is not merged, or the agent's own files are on an overlay");
            case Base.Template(String name) ->
                Files.isDirectory(templates.resolve(name))
                        ? Optional.empty()
                        : Optional.of("cannot be based on the template " + name + ", which this host does not have");
        });
    }

    /** @throws KernelRefusal if the path may not be used */
    void refuseBadPath(RootPath path, Base base) {
        refusal(path, base).ifPresent(reason -> {
            throw KernelRefusal.permanent("RootPathRefused", "the root path " + path + " " + reason);
        });
    }

    /**
     * The trees of a jail's root; the caller closes them once the jail has them.
     *
     * @param userNamespace the jail's, in which {@code range} is root's and everybody's
     */
    public Trees open(JailDefinition definition, IdRange range, Descriptor userNamespace) {
        refuseBadPath(definition.path(), definition.base());
        Trees trees = new Trees(definition.base());
        try {
            switch (definition.base()) {
                case Base.Directory() -> trees.add(wholeTree(definition.path(), range, userNamespace));
                case Base.Thin() -> {
                    trees.add(data(definition.path(), range));
                    trees.add(shared(thinBase.orElseThrow().directory(), userNamespace));
                    trees.add(hostPrograms(programs.orElseThrow().provide()));
                }
                case Base.Template(String name) -> {
                    trees.add(data(definition.path(), range));
                    trees.add(shared(templates.resolve(name), userNamespace));
                }
            }
            return trees;
        } catch (RuntimeException e) {
            trees.close();
            throw e;
        }
    }

    /** Returns once the files would be gone also after a power failure. */
    void delete(RootPath path) {
        rootPaths.openParent(path).ifPresent(parent -> {
            try (parent) {
                FileTree.delete(parent, nameOf(path));
                force(parent);
            }
        });
    }

    /**
     * Makes the files at one path those at another, durably; does nothing where there are none.
     *
     * @throws KernelRefusal if the other path is not free, or lies on another file system
     */
    void move(RootPath from, RootPath to) {
        Optional<Descriptor> source = rootPaths.openParent(from);
        if (source.isEmpty() || !exists(from)) {
            return;
        }
        try (Descriptor parent = source.get();
                Descriptor target = rootPaths.openOrCreateParent(to)) {
            Linux.rename(parent, nameOf(from), target, nameOf(to));
            force(target);
            force(parent);
        } catch (LinuxFailure e) {
            throw KernelRefusal.permanent(
                    "FilesNotMoved",
                    "the jail's files stay at " + from + ", since they cannot be moved to " + to + ": "
                            + switch (e.errno()) {
                                case Errno.EXDEV -> "it is on another file system";
                                case Errno.ENOTEMPTY, Errno.EEXIST -> "it is not empty";
                                case Errno.EINVAL -> "one lies within the other";
                                default -> e.detail();
                            });
        }
    }

    /** Whose ids the directory at a path bears; empty where there is none. */
    OptionalLong ownerOf(RootPath path) {
        Optional<Descriptor> found = rootPaths.find(path);
        if (found.isEmpty()) {
            return OptionalLong.empty();
        }
        try (Descriptor directory = found.get()) {
            return OptionalLong.of(Linux.status(directory).owner());
        }
    }

    /** Whether nothing at all is at a path. */
    boolean isBlank(RootPath path) {
        Optional<Descriptor> found = rootPaths.find(path);
        if (found.isEmpty()) {
            return true;
        }
        try (Descriptor directory = found.get()) {
            return names(directory).length == 0;
        }
    }

    /** Undoes what {@link #open} did to a path that was blank before; a directory that cannot be removed is the host's again. */
    void takeBack(RootPath path, IdRange range) {
        rootPaths.find(path).ifPresent(directory -> {
            try (directory) {
                FileTree.delete(directory, UPPER);
                FileTree.delete(directory, WORK);
                if (range.contains(Linux.status(directory).owner())) {
                    Linux.own(directory, "", 0);
                }
            }
        });
        rootPaths.openParent(path).ifPresent(parent -> {
            try (parent) {
                Linux.removeIfEmpty(parent, nameOf(path));
                force(parent);
            }
        });
    }

    private static String nameOf(RootPath path) {
        return Path.of(path.value()).getFileName().toString();
    }

    private static void force(Descriptor directory) {
        try (FileChannel channel = FileChannel.open(through(directory), StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path through(Descriptor directory) {
        return Path.of("/proc/self/fd", Integer.toString(directory.number()));
    }

    private boolean exists(RootPath path) {
        return Files.isDirectory(Path.of(path.value()));
    }

    private Descriptor wholeTree(RootPath path, IdRange range, Descriptor userNamespace) {
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
    private Descriptor data(RootPath path, IdRange range) {
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

    private static String[] names(Descriptor directory) {
        String[] names = through(directory).toFile().list();
        if (names == null) {
            throw new IllegalStateException("an open directory cannot be listed");
        }
        return names;
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
    private static Descriptor hostPrograms(Path programs) {
        String path = programs.toString();
        try (Descriptor directory = Linux.openat2(Constants.AT_FDCWD, path, O_PATH | O_DIRECTORY, 0, 0)) {
            Descriptor tree = Linux.cloneTree(directory, path);
            Linux.setMount(tree, path, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV, 0);
            return tree;
        }
    }

    private static Descriptor shared(Path path, Descriptor userNamespace) {
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

    @Override
    public void close() {
        rootPaths.close();
    }

    /** The detached mounts of one jail's root, in the order its base needs them. */
    public static final class Trees implements AutoCloseable {

        private final Base base;
        private final Deque<Descriptor> mounts = new ArrayDeque<>();

        private Trees(Base base) {
            this.base = base;
        }

        private void add(Descriptor mount) {
            mounts.add(mount);
        }

        /** Adds the calls that turn these trees into the jail's root. */
        public Operand.Slot compose(RootAssembly assembly) {
            Deque<Descriptor> next = new ArrayDeque<>(mounts);
            return switch (base) {
                case Base.Directory() -> assembly.directory(next.remove());
                case Base.Template(String name) -> assembly.overlay(next.remove(), next.remove());
                case Base.Thin() -> {
                    Operand.Slot root = assembly.overlay(next.remove(), next.remove());
                    assembly.hostPrograms(root, next.remove());
                    yield root;
                }
            };
        }

        @Override
        public void close() {
            mounts.forEach(Descriptor::close);
            mounts.clear();
        }
    }
}
