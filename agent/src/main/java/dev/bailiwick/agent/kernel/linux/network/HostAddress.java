package dev.bailiwick.agent.kernel.linux.network;

import dev.bailiwick.agent.disk.TextFile;
import dev.bailiwick.agent.kernel.linux.syscall.Errno;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** The source address that a host uses to reach its jails over IPv6. A host without a global address has nothing to choose from. */
final class HostAddress {

    /** A unique local address (RFC 4193), {@code fd62:a11c:771c::1}. */
    private static final byte[] ADDRESS = {
        (byte) 0xfd, 0x62, (byte) 0xa1, 0x1c, 0x77, 0x1c, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1
    };

    private HostAddress() {}

    /** Assigns the address to the loopback interface if the host has no global address. It is never removed: jails outlive the agent. */
    static void provide() {
        if (!hasGlobal()) {
            NetlinkBatch batch = new NetlinkBatch();
            Rtnetlink.assign(
                    batch, Rtnetlink.AF_INET6, ADDRESS, 128, Rtnetlink.SCOPE_UNIVERSE, Rtnetlink.LOOPBACK_INDEX);
            NetlinkSocket.sendTolerating(Errno.EEXIST, batch);
        }
    }

    /** Returns whether the host has an address that programs can use as a source towards other links: if_inet6(5), scope 00. */
    private static boolean hasGlobal() {
        try {
            return TextFile.lines(Path.of("/proc/net/if_inet6")).stream()
                    .anyMatch(address -> address.split(" +", -1)[3].equals("00"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
