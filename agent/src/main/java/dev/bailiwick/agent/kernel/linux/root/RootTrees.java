package dev.bailiwick.agent.kernel.linux.root;

import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Operand;
import dev.bailiwick.jail.Base;
import java.util.ArrayDeque;
import java.util.Deque;

/** The detached mounts of one jail's root, in the order its base needs them. */
public final class RootTrees implements AutoCloseable {

    private final Base base;
    private final Deque<Descriptor> mounts = new ArrayDeque<>();

    RootTrees(Base base) {
        this.base = base;
    }

    void add(Descriptor mount) {
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
