package dev.bailiwick.agent.kernel.linux.guard;

import dev.bailiwick.agent.disk.TextFile;
import dev.bailiwick.agent.kernel.linux.guard.ForwardProbe.Way;
import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import dev.bailiwick.jail.IpAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Checks repeatedly which packets of jails the rest of the host's packet filter drops. Confined to one thread, except {@link #dropped}.
 */
final class ForwardCheck {

    private static final Logger log = LoggerFactory.getLogger(ForwardCheck.class);

    private static final long PROBE_EVERY_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final Path LEGACY_TABLES = Path.of("/proc/net/ip_tables_names");

    private final ForwardProbe probe;
    private volatile Set<Way> lost = Set.of();
    private volatile String dropped = "";
    private long probedAtNanos;
    private boolean wasProbed;

    ForwardCheck(ForwardProbe probe) {
        this.probe = probe;
    }

    /** Returns which packets are dropped, as a sentence; empty if none are. Thread-safe. */
    String dropped() {
        return dropped;
    }

    /** Returns whether this host forwards packets of jails to this address, as far as the last probe shows. Callable from any thread. */
    boolean passesOn(HostNetwork around, IpAddress to) {
        return to.isV4()
                ? around.forwardsV4() && !lost.contains(Way.BEYOND_V4)
                : around.forwardsV6() && !lost.contains(Way.BEYOND_V6);
    }

    /**
     * Returns whether another probe is due. Other programs may change the host's packet filter; the older iptables does not cause a
     * notification.
     *
     * @param notified whether the kernel has reported a change
     */
    boolean isDue(boolean notified) {
        boolean mayBeUntold = hasLegacyTables() && System.nanoTime() - probedAtNanos > PROBE_EVERY_NANOS;
        return notified || mayBeUntold || !wasProbed;
    }

    private static boolean hasLegacyTables() {
        try {
            return Files.exists(LEGACY_TABLES) && !TextFile.read(LEGACY_TABLES).isEmpty();
        } catch (IOException e) {
            // The file disappeared together with the kernel module.
            return false;
        }
    }

    /** @param forwardsV6 whether this host forwards IPv6 */
    void probe(Supplier<Nftables> nftables, boolean forwardsV6) {
        probedAtNanos = System.nanoTime();
        String before = dropped;
        try {
            Set<Way> found = probe.lost(nftables.get(), forwardsV6);
            lost = found;
            dropped = ForwardProbe.describe(found);
            wasProbed = true;
        } catch (NftablesFailure | LinuxFailure e) {
            // Either the guard is broken, which is reported elsewhere, or another agent is probing with the same
            // addresses. The next check tries again.
            wasProbed = false;
        }
        if (!dropped.equals(before)) {
            log.atLevel(dropped.isEmpty() ? Level.INFO : Level.WARN)
                    .addKeyValue("dropped", dropped)
                    .log("the host's packet filter has changed which packets of jails it forwards");
        }
    }
}
