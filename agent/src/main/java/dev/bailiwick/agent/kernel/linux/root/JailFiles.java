package dev.bailiwick.agent.kernel.linux.root;

import dev.bailiwick.agent.kernel.HostLayout;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.linux.ids.IdRange;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Errno;
import dev.bailiwick.agent.kernel.linux.syscall.FileStatus;
import dev.bailiwick.agent.kernel.linux.syscall.FileTree;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.process.Privileges;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The files of a jail's root. The agent checks and opens them, shifts them to the jail's ids, and passes them to the child as detached
 * mounts, which need no path and cannot be replaced by something else.
 */
public final class JailFiles implements AutoCloseable {

    private final RootPaths rootPaths;
    private final RootTreeOpener opener;
    private final Path templates;
    private final Path bases;
    private final BaseLayers layers;
    private volatile Optional<ThinBase> thinBase;
    private final CarriedProgram initProgram;
    private final CarriedProgram entryProgram;
    private final Optional<HostPrograms> programs;

    public JailFiles(HostLayout layout) {
        this.rootPaths = new RootPaths(layout.rootBase());
        this.opener = new RootTreeOpener(rootPaths);
        this.templates = layout.stateDirectory().resolve("templates");
        this.bases = layout.stateDirectory().resolve("base");
        this.layers = new BaseLayers(bases);
        Path carried = layout.stateDirectory().resolve("programs");
        this.initProgram = new CarriedProgram(carried, "init");
        this.entryProgram = new CarriedProgram(carried, "enter");
        boolean hasThinBase = ThinBase.isPossible(layout.stateDirectory());
        this.thinBase = hasThinBase ? Optional.of(ThinBase.build(bases)) : Optional.empty();
        this.programs = hasThinBase ? Optional.of(ThinBase.programs(bases)) : Optional.empty();
    }

    public boolean hasThinBase() {
        return thinBase.isPresent();
    }

    /**
     * Builds the thin base again if packages of the host were installed, removed or configured since. Jails that start from now on get
     * it. A running jail keeps what it has until its next start.
     */
    public synchronized void refreshThinBase() {
        if (thinBase.filter(ThinBase::isOutdated).isPresent()) {
            thinBase = Optional.of(ThinBase.build(bases));
        }
    }

    /**
     * Deletes the layers of earlier states of the host's packages that no jail uses.
     *
     * @param used returns the names of the layers that jails use, or nothing if they are not known
     */
    public synchronized void deleteUnusedLayers(Supplier<Optional<Set<String>>> used) {
        thinBase.ifPresent(base -> layers.deleteUnused(base.directory(), used));
    }

    /** Returns the programs that jails with the thin base borrow; empty if this host has no such base. */
    public Optional<HostPrograms> programs() {
        return programs;
    }

    /** Opens the program that is process 1 before the jail's command; not open if the command itself is process 1. The caller closes it. */
    public Descriptor openInit(JailDefinition definition) {
        return switch (definition.execution().firstProcess()) {
            case COMMAND -> Descriptor.NONE;
            case INIT -> initProgram.open();
        };
    }

    /** Opens the program that enters running jails. The caller closes it. */
    public Descriptor openEntry() {
        return entryProgram.open();
    }

    /** See {@link dev.bailiwick.agent.kernel.JailStorage#pathRefusal}. */
    public Optional<String> refusal(RootPath path, Base base) {
        return rootPaths.refusal(path).or(() -> switch (base) {
            case Base.Directory() ->
                exists(path)
                        ? Optional.empty()
                        : Optional.of("does not exist on this host, and the base 'directory' needs it");
            case Base.Thin() ->
                hasThinBase()
                        ? Optional.empty()
                        : Optional.of(
                                "cannot be based on this host's programs: its /usr is not merged, or the agent's state directory is on an overlay");
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
     * Opens the trees of a jail's root; the caller closes them once the jail has them.
     *
     * @param userNamespace the jail's user namespace, which maps {@code range}
     * @param note records the name of the layer that a jail with the thin base uses, before it does
     */
    public RootTrees open(JailDefinition definition, IdRange range, Descriptor userNamespace, Consumer<String> note) {
        Privileges privileges = definition.execution().privileges();
        RootTrees trees = new RootTrees(definition.base(), privileges, RootTrees.Use.CHANGE);
        return open(trees, definition.path(), range, userNamespace, note);
    }

    /** Opens the trees as {@link #open(JailDefinition, IdRange, Descriptor, Consumer)} does, for somebody who executes nothing there. */
    public RootTrees open(RootPath path, Base base, IdRange range, Descriptor userNamespace, RootTrees.Use use) {
        return open(new RootTrees(base, Privileges.NONE, use), path, range, userNamespace, layer -> {});
    }

    private RootTrees open(
            RootTrees trees, RootPath path, IdRange range, Descriptor userNamespace, Consumer<String> note) {
        refuseBadPath(path, trees.base());
        try {
            switch (trees.base()) {
                case Base.Directory() -> trees.add(opener.wholeTree(path, range, userNamespace, trees.privileges()));
                case Base.Thin() -> {
                    trees.addData(opener.data(path, range));
                    trees.add(layers.open(() -> {
                        Path layer = thinBase.orElseThrow().directory();
                        note.accept(String.valueOf(layer.getFileName()));
                        return RootTreeOpener.share(layer, userNamespace);
                    }));
                    trees.add(RootTreeOpener.hostPrograms(programs.orElseThrow().provide()));
                }
                case Base.Template(String name) -> {
                    trees.addData(opener.data(path, range));
                    trees.add(RootTreeOpener.share(templates.resolve(name), userNamespace));
                }
            }
            return trees;
        } catch (RuntimeException e) {
            trees.close();
            throw e;
        }
    }

    /** Opens the directories of a jail's root only to read what is in them: changes nothing. The caller closes them. */
    public RootTrees look(JailDefinition definition) {
        refuseBadPath(definition.path(), definition.base());
        RootTrees trees =
                new RootTrees(definition.base(), definition.execution().privileges(), RootTrees.Use.READ);
        try {
            switch (definition.base()) {
                case Base.Directory() -> trees.add(rootPaths.open(definition.path()));
                case Base.Thin() -> {
                    trees.addData(written(definition.path()));
                    trees.add(RootTreeOpener.directory(thinBase.orElseThrow().directory()));
                }
                case Base.Template(String name) -> {
                    trees.addData(written(definition.path()));
                    trees.add(RootTreeOpener.directory(templates.resolve(name)));
                }
            }
            return trees;
        } catch (RuntimeException e) {
            trees.close();
            throw e;
        }
    }

    private RootTreeOpener.Data written(RootPath path) {
        return rootPaths
                .find(path)
                .map(directory -> new RootTreeOpener.Data(directory, false))
                .orElseGet(() -> new RootTreeOpener.Data(Descriptor.NONE, true));
    }

    /** Deletes the files; returns once the deletion would survive a power failure. */
    void delete(RootPath path) {
        rootPaths.openParent(path).ifPresent(parent -> {
            try (parent) {
                FileTree.delete(parent, nameOf(path));
                force(parent);
            }
        });
    }

    /**
     * Moves the files from one path to another, durably; does nothing if there are none.
     *
     * @throws KernelRefusal if the other path is not free, or is on another file system
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
                    "the jail's files stay at " + from + " because they cannot be moved to " + to + ": "
                            + switch (e.errno()) {
                                case Errno.EXDEV -> "it is on another file system";
                                case Errno.ENOTEMPTY, Errno.EEXIST -> "it is not empty";
                                case Errno.EINVAL -> "one path is inside the other";
                                default -> e.detail();
                            });
        }
    }

    /** Returns the owner's id of the directory at a path; empty if there is none. */
    OptionalLong ownerOf(RootPath path) {
        Optional<Descriptor> found = rootPaths.find(path);
        if (found.isEmpty()) {
            return OptionalLong.empty();
        }
        try (Descriptor directory = found.get()) {
            return OptionalLong.of(FileStatus.of(directory).owner());
        }
    }

    /** Returns whether nothing is at a path, or only an empty directory. */
    boolean isBlank(RootPath path) {
        Optional<Descriptor> found = rootPaths.find(path);
        if (found.isEmpty()) {
            return true;
        }
        try (Descriptor directory = found.get()) {
            return RootTreeOpener.names(directory).length == 0;
        }
    }

    /** Undoes {@link #open} for a path that was blank before. A directory that cannot be removed belongs to the host again. */
    void takeBack(RootPath path, IdRange range) {
        rootPaths.find(path).ifPresent(directory -> {
            try (directory) {
                FileTree.delete(directory, RootTreeOpener.UPPER);
                FileTree.delete(directory, RootTreeOpener.WORK);
                if (range.contains(FileStatus.of(directory).owner())) {
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
        Path path = Path.of("/proc/self/fd", Integer.toString(directory.number()));
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean exists(RootPath path) {
        return Files.isDirectory(Path.of(path.value()));
    }

    @Override
    public void close() {
        rootPaths.close();
    }
}
