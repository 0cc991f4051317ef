package dev.bailiwick.agent.kernel.linux;

import dev.bailiwick.agent.kernel.JailPorts;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.linux.RunningJails.RunningJail;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import dev.bailiwick.jail.JailId;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Connects to ports in running jails. A socket belongs to the network namespace in which it was created, whichever thread uses it later. So a
 * thread joins that of the jail, creates the socket and ends; no other thread of the agent is ever in it.
 */
final class Ports {

    private static final Duration TO_CONNECT = Duration.ofSeconds(5);

    /** A size that is set once is not enlarged by the kernel, whatever the jail sends, and whatever its settings are. */
    private static final int BUFFER_BYTES = 128 * 1024;

    private final RunningJails running;

    Ports(RunningJails running) {
        this.running = running;
    }

    /** See {@link JailPorts#connect}. */
    SocketChannel connect(JailId id, List<InetAddress> addresses, int port, Runnable whenJailEnds)
            throws InterruptedException {
        RunningJail jail = running.find(id).orElseThrow(Ports::notRunning);
        KernelRefusal last = notRunning();
        boolean isRefused = false;
        for (InetAddress address : addresses) {
            try {
                return connect(id, jail, new InetSocketAddress(address, port), whenJailEnds);
            } catch (ConnectException e) {
                isRefused = true;
                last = refusal(JailPorts.REFUSED, port, e);
            } catch (IOException e) {
                // That nothing listens says more than that an address does not exist.
                last = isRefused ? last : refusal("PortUnreachable", port, e);
            }
        }
        throw last;
    }

    private SocketChannel connect(JailId id, RunningJail jail, InetSocketAddress address, Runnable whenJailEnds)
            throws IOException, InterruptedException {
        SocketChannel socket = open(jail, address.getAddress());
        boolean isConnected = false;
        try {
            running.sockets().add(id, socket, whenJailEnds);
            // Only now does its end close the socket, so it may have ended before.
            if (running.find(id).filter(jail::equals).isEmpty()) {
                throw notRunning();
            }
            socket.setOption(StandardSocketOptions.SO_RCVBUF, BUFFER_BYTES);
            socket.setOption(StandardSocketOptions.SO_SNDBUF, BUFFER_BYTES);
            socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
            socket.socket().connect(address, Math.toIntExact(TO_CONNECT.toMillis()));
            isConnected = true;
            return socket;
        } finally {
            if (!isConnected) {
                socket.close();
            }
        }
    }

    private static SocketChannel open(RunningJail jail, InetAddress address) throws IOException, InterruptedException {
        try (Descriptor init = jail.process().copy().orElseThrow(Ports::notRunning)) {
            FutureTask<SocketChannel> task = new FutureTask<>(() -> {
                // Fails with ESRCH if the process has ended, also if another one has its id.
                Linux.call(SystemCall.SETNS, "the jail's network namespace", init.number(), Constants.CLONE_NEWNET);
                return SocketChannel.open(
                        address instanceof Inet4Address ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6);
            });
            Thread joined = Thread.ofPlatform().name("jail-socket").daemon().start(task);
            try {
                return task.get();
            } catch (ExecutionException e) {
                if (e.getCause() instanceof IOException failure) {
                    throw failure;
                }
                if (e.getCause() instanceof LinuxFailure failure) {
                    throw KernelRefusal.transientFailure(JailPorts.NOT_RUNNING, failure.detail());
                }
                throw new IllegalStateException(e.getCause());
            } finally {
                // It uses the descriptor.
                joined.join();
            }
        }
    }

    private static KernelRefusal refusal(String reason, int port, IOException cause) {
        return KernelRefusal.transientFailure(reason, "port " + port + " of the jail: " + cause.getMessage());
    }

    private static KernelRefusal notRunning() {
        return KernelRefusal.transientFailure(JailPorts.NOT_RUNNING, "the jail does not run");
    }
}
