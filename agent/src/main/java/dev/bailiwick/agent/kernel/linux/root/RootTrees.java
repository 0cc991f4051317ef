package dev.bailiwick.agent.kernel.linux.root;

import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Operand;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.process.Privileges;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** The detached mounts of a jail's root, in the order that its base needs. */
public final class RootTrees implements AutoCloseable {

    private static final byte[] NOTHING = {};

    /** What is done with the files of a root. */
    public enum Use {
        CHANGE,
        /** An overlay that nobody can write to is unmounted without a sync of the file system below it. */
        READ
    }

    private final Base base;
    private final Privileges privileges;
    private final Use use;
    private final Deque<Descriptor> mounts = new ArrayDeque<>();
    /** Whether the overlay's upper directory is known to be empty. */
    private boolean isBlank;

    RootTrees(Base base, Privileges privileges, Use use) {
        this.base = base;
        this.privileges = privileges;
        this.use = use;
    }

    Base base() {
        return base;
    }

    Privileges privileges() {
        return privileges;
    }

    void add(Descriptor mount) {
        mounts.add(mount);
    }

    void addData(RootTreeOpener.Data data) {
        isBlank = data.isBlank();
        add(data.tree());
    }

    /** Adds the calls that assemble these trees into the jail's root. */
    public Operand.Slot compose(RootAssembly assembly) {
        Deque<Descriptor> next = new ArrayDeque<>(mounts);
        return switch (base) {
            case Base.Directory() -> assembly.directory(next.remove());
            case Base.Template(String name) -> assembly.overlay(next.remove(), next.remove(), privileges, use);
            case Base.Thin() -> {
                Operand.Slot root = assembly.overlay(next.remove(), next.remove(), privileges, use);
                assembly.hostPrograms(root, next.remove());
                yield root;
            }
        };
    }

    /**
     * Returns the first bytes of a regular file of the jail, or of the template below it; none if there is no such file. Follows no link,
     * and never waits.
     *
     * @param path below the jail's root
     * @param bytes the maximum
     */
    public byte[] head(String path, int bytes) {
        List<Descriptor> layers = List.copyOf(mounts);
        return switch (base) {
            case Base.Directory() ->
                TreeFile.head(layers.getFirst(), path, bytes).orElse(NOTHING);
            case Base.Thin() -> inUpper(path, bytes).orElse(NOTHING);
            case Base.Template(String _) ->
                inUpper(path, bytes)
                        .or(() -> TreeFile.head(layers.get(1), path, bytes))
                        .orElse(NOTHING);
        };
    }

    /** Returns the first bytes of a file as {@link #head} does, also of the layer below the thin base's jails. */
    byte[] headOfLayers(String path, int bytes) {
        return switch (base) {
            case Base.Directory(), Base.Template(String _) -> head(path, bytes);
            case Base.Thin() ->
                inUpper(path, bytes)
                        .or(() -> TreeFile.head(List.copyOf(mounts).get(1), path, bytes))
                        .orElse(NOTHING);
        };
    }

    private Optional<byte[]> inUpper(String path, int bytes) {
        return isBlank ? Optional.empty() : TreeFile.head(mounts.getFirst(), RootTreeOpener.UPPER + "/" + path, bytes);
    }

    @Override
    public void close() {
        mounts.forEach(Descriptor::close);
        mounts.clear();
    }
}
