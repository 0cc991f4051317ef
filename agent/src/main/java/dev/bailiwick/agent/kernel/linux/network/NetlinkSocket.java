package dev.bailiwick.agent.kernel.linux.network;

import com.sun.jna.Pointer;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Errno;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import dev.bailiwick.agent.kernel.linux.syscall.NativeMemory;
import dev.bailiwick.agent.kernel.linux.syscall.Operand;
import dev.bailiwick.agent.kernel.linux.syscall.SpawnProgram;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Sends requests to the kernel's rtnetlink(7), immediately or as part of a child's program. */
public final class NetlinkSocket {

    private NetlinkSocket() {}

    /** Opens a socket to the kernel's rtnetlink(7), in the network namespace of the calling thread. */
    static Descriptor open() {
        return new Descriptor((int) Linux.call(
                SystemCall.SOCKET,
                "netlink",
                Constants.AF_NETLINK,
                Constants.SOCK_RAW | Constants.SOCK_CLOEXEC,
                Constants.NETLINK_ROUTE));
    }

    static void send(NetlinkBatch batch) {
        sendTolerating(0, batch);
    }

    /**
     * Sends from the agent's own network namespace.
     *
     * @param errno an error that is not a failure; 0 for none
     */
    public static void sendTolerating(int errno, NetlinkBatch batch) {
        for (LinuxFailure failure : failuresOf(batch)) {
            if (failure.errno() != errno) {
                throw failure;
            }
        }
    }

    /** Sends from the agent's own network namespace; returns the failures of single requests, in order. The kernel tries each request. */
    static List<LinuxFailure> failuresOf(NetlinkBatch batch) {
        List<LinuxFailure> failures = new ArrayList<>();
        byte[] requests = batch.bytes();
        if (requests.length == 0) {
            return failures;
        }
        try (NativeMemory memory = new NativeMemory();
                Descriptor socket = open()) {
            Linux.call(
                    SystemCall.SENDTO,
                    "netlink",
                    socket.number(),
                    NativeMemory.address(memory.copy(requests)),
                    requests.length,
                    0,
                    0,
                    0);
            Pointer answer = memory.bytes(4096);
            while (true) {
                long length = Linux.raw(
                        SystemCall.RECVFROM,
                        socket.number(),
                        NativeMemory.address(answer),
                        4096,
                        Constants.MSG_DONTWAIT,
                        0,
                        0);
                if (length == -Errno.EAGAIN) {
                    return failures;
                }
                Linux.check("recvfrom", "netlink", length);
                batch.failure(answer.getByteArray(0, (int) length)).ifPresent(failures::add);
            }
        }
    }

    /**
     * Sends from the network namespace of this process. A thread joins that namespace and then ends, so no other thread of the agent is
     * ever in it.
     */
    static void sendInside(int pid, NetlinkBatch batch) {
        failuresInside(pid, batch).stream().findFirst().ifPresent(failure -> {
            throw failure;
        });
    }

    /** Sends as {@link #sendInside} does; returns the failures of single requests, in order. */
    static List<LinuxFailure> failuresInside(int pid, NetlinkBatch batch) {
        FutureTask<List<LinuxFailure>> task = new FutureTask<>(() -> {
            try (Descriptor namespace =
                    Linux.openat2(Constants.AT_FDCWD, "/proc/" + pid + "/ns/net", Constants.O_RDONLY, 0, 0)) {
                Linux.call(
                        SystemCall.SETNS,
                        "network namespace of process " + pid,
                        namespace.number(),
                        Constants.CLONE_NEWNET);
            }
            return failuresOf(batch);
        });
        Thread.ofPlatform().name("jail-mend").daemon().start(task);
        try {
            return task.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof LinuxFailure failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw KernelRefusal.transientFailure("AgentStops", "the agent is stopping");
        }
    }

    static void compose(SpawnProgram program, NetlinkBatch batch, String subject) {
        byte[] requests = batch.bytes();
        Pointer answer = program.memory().bytes(256);
        Operand.Slot socket = program.keep(
                "netlink",
                SystemCall.SOCKET,
                Operand.of(Constants.AF_NETLINK),
                Operand.of(Constants.SOCK_RAW | Constants.SOCK_CLOEXEC),
                Operand.of(Constants.NETLINK_ROUTE));
        program.run(
                subject,
                SystemCall.SENDTO,
                socket,
                Operand.of(program.memory().copy(requests)),
                Operand.of(requests.length),
                Operand.ZERO,
                Operand.ZERO,
                Operand.ZERO);
        // The kernel answers requests without acknowledgement only if one fails, and has processed them when send
        // returns.
        program.runExpecting(
                Errno.EAGAIN,
                "answer about " + subject + ": a request failed",
                SystemCall.RECVFROM,
                socket,
                Operand.of(answer),
                Operand.of(256),
                Operand.of(Constants.MSG_DONTWAIT),
                Operand.ZERO,
                Operand.ZERO);
    }
}
