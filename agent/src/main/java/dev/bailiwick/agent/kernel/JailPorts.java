package dev.bailiwick.agent.kernel;

import dev.bailiwick.jail.JailId;
import java.net.InetAddress;
import java.nio.channels.SocketChannel;
import java.util.List;

/** The ports of TCP on which processes of running jails listen. */
public interface JailPorts {

    /** The jail does not run. */
    String NOT_RUNNING = "JailNotRunning";

    /** Nothing listens on the port. */
    String REFUSED = "PortRefused";

    /**
     * Connects as a process of the jail would, in its network namespace: to its loopback addresses, and to those of its link. Takes some seconds at
     * most for each address; may be called by several threads, also for the same jail.
     *
     * @param addresses are tried in this order
     * @param whenJailEnds called once the jail has ended and the connection is closed; must not block
     * @return the connection, which blocks; the caller closes it. It is also closed when the jail ends
     * @throws KernelRefusal with the reason {@link #NOT_RUNNING}, {@link #REFUSED} or another one
     */
    default SocketChannel connect(JailId jail, List<InetAddress> addresses, int port, Runnable whenJailEnds)
            throws InterruptedException {
        throw KernelRefusal.permanent("Unsupported", "this host cannot connect to ports in jails");
    }
}
