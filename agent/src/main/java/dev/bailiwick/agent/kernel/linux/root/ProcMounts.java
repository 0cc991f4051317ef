package dev.bailiwick.agent.kernel.linux.root;

import static dev.bailiwick.agent.kernel.linux.syscall.Constants.AT_FDCWD;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.CLONE_FS;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.CLONE_NEWNS;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.MNT_DETACH;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.MOVE_MOUNT_F_EMPTY_PATH;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.MOVE_MOUNT_T_EMPTY_PATH;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_NOFOLLOW;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_PATH;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.RESOLVE_NO_MAGICLINKS;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.RESOLVE_NO_SYMLINKS;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.UMOUNT_NOFOLLOW;

import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import dev.bailiwick.agent.kernel.linux.syscall.NativeMemory;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import java.util.List;
import java.util.SequencedMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Changes what is mounted over files of {@code /proc} in a running jail. A thread joins the jail's mount namespace and then ends, so no other
 * thread of the agent is ever in it. A jail that can mount, and so lead a path elsewhere, changes only what it sees itself: both calls
 * change nothing outside of the namespace of the thread.
 */
final class ProcMounts {

    private ProcMounts() {}

    /**
     * @param init the descriptor of the jail's first process
     * @param gone names of files below {@code /proc} whose topmost mount is removed, also while it is in use
     * @param come detached mounts to attach, by the names of files
     * @throws LinuxFailure if a call failed; the changes before it stay
     */
    static void change(Descriptor init, List<String> gone, SequencedMap<String, Descriptor> come) {
        FutureTask<Boolean> task = new FutureTask<>(() -> {
            join(init);
            gone.forEach(ProcMounts::remove);
            come.forEach(ProcMounts::attach);
            return true;
        });
        Thread.ofPlatform().name("jail-proc").daemon().start(task);
        try {
            task.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof LinuxFailure failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void join(Descriptor init) {
        // The kernel permits it only to a thread with a root and a working directory of its own: setns(2).
        Linux.call(SystemCall.UNSHARE, "working directory", CLONE_FS);
        // Fails with ESRCH if the process has ended, also if another one has its id.
        Linux.call(SystemCall.SETNS, "the jail's mount namespace", init.number(), CLONE_NEWNS);
    }

    private static void remove(String name) {
        try (NativeMemory memory = new NativeMemory()) {
            String path = "/proc/" + name;
            Linux.call(SystemCall.UMOUNT2, path, NativeMemory.address(memory.text(path)), MNT_DETACH | UMOUNT_NOFOLLOW);
        }
    }

    private static void attach(String name, Descriptor mount) {
        String path = "/proc/" + name;
        try (NativeMemory memory = new NativeMemory();
                Descriptor file = Linux.openat2(
                        AT_FDCWD, path, O_PATH | O_NOFOLLOW, 0, RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS)) {
            long empty = NativeMemory.address(memory.text(""));
            Linux.call(
                    SystemCall.MOVE_MOUNT,
                    path,
                    mount.number(),
                    empty,
                    file.number(),
                    empty,
                    MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
        }
    }
}
