package dev.bailiwick.agent.kernel.linux.sandbox;

import static dev.bailiwick.agent.kernel.linux.syscall.Constants.CLONE_FILES;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.CLONE_NEWNS;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.CLONE_NEWUSER;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_RDONLY;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.SIGKILL;

import com.sun.jna.Pointer;
import dev.bailiwick.agent.kernel.linux.ids.IdRange;
import dev.bailiwick.agent.kernel.linux.root.RootAssembly;
import dev.bailiwick.agent.kernel.linux.root.RootTrees;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.NativeMemory;
import dev.bailiwick.agent.kernel.linux.syscall.Operand;
import dev.bailiwick.agent.kernel.linux.syscall.SpawnProgram;
import dev.bailiwick.agent.kernel.linux.syscall.SpawnedChild;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.function.Function;

/**
 * Mounts the root of a jail that does not run, in user and mount namespaces with its ids. A child assembles it as for a start, with the rights of
 * the jail, executes nothing and ends. The mount stays until its descriptor is closed.
 */
public final class StoppedRoot {

    private static final long STALLED_MILLIS = 10_000;

    private final IdRange range;
    private final NativeMemory memory;
    private final SpawnProgram program;
    private final RootAssembly assembly;
    private Descriptor kept = Descriptor.NONE;

    private StoppedRoot(IdRange range, NativeMemory memory) {
        this.range = range;
        this.memory = memory;
        this.program = new SpawnProgram(memory);
        this.assembly = new RootAssembly(program);
    }

    /**
     * Mounts the root. No other overlay with the same files may be mounted.
     *
     * @param trees opens the trees of the root, shifted by the user namespace
     * @return the root directory; the caller closes it
     * @throws dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure if a call failed; names the call
     */
    public static Descriptor mount(IdRange range, Function<Descriptor, RootTrees> trees) {
        NativeMemory memory = new NativeMemory();
        return new StoppedRoot(range, memory).mount(trees);
    }

    private Descriptor mount(Function<Descriptor, RootTrees> opener) {
        Confinement confinement = new Confinement(program);
        confinement.dieWithAgent();
        Pointer mapped = program.await("id maps");
        confinement.becomeRoot();
        // The change of ids has cleared it: prctl(2), PR_SET_PDEATHSIG.
        confinement.dieWithAgent();
        assembly.makeStage();
        Pointer opened = program.await("the trees of the root");
        SpawnedChild child;
        try {
            child = program.spawn(CLONE_NEWUSER | CLONE_NEWNS | CLONE_FILES, SpawnProgram.OWN_CGROUP, range.first());
        } catch (RuntimeException e) {
            memory.close();
            throw e;
        }
        try (Descriptor process = new Descriptor(child.pidDescriptor())) {
            return assemble(child, process, mapped, opened, opener);
        }
    }

    private Descriptor assemble(
            SpawnedChild child,
            Descriptor process,
            Pointer mapped,
            Pointer opened,
            Function<Descriptor, RootTrees> opener) {
        boolean isOver = false;
        Optional<Operand.Slot> root = Optional.empty();
        try {
            write(child, "uid_map");
            write(child, "gid_map");
            child.release(mapped);
            String namespace = "/proc/" + child.pid() + "/ns/user";
            try (Descriptor users = Linux.openat2(Constants.AT_FDCWD, namespace, O_RDONLY, 0, 0);
                    RootTrees trees = opener.apply(users)) {
                Operand.Slot composed = trees.compose(assembly);
                program.run("the end", SystemCall.EXIT, Operand.ZERO);
                child.release(opened);
                isOver = child.isOverWithin(STALLED_MILLIS);
                child.requireExec(isOver);
                root = Optional.of(composed);
            }
        } catch (RuntimeException e) {
            if (!isOver) {
                Linux.raw(SystemCall.PIDFD_SEND_SIGNAL, process.number(), SIGKILL, 0, 0);
                isOver = child.isOverWithin(STALLED_MILLIS);
            }
            throw isOver ? child.failure().map(RuntimeException.class::cast).orElse(e) : e;
        } finally {
            // A child that the kernel does not end despite SIGKILL still uses all of it.
            if (isOver) {
                Linux.reap(process);
                kept = child.closeSharedExcept(root);
                memory.close();
            }
        }
        return kept;
    }

    private void write(SpawnedChild child, String file) {
        try {
            Files.writeString(
                    Path.of("/proc", Integer.toString(child.pid()), file), range.map(), StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
