package dev.bailiwick.server.link;

import com.google.protobuf.ByteString;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.jail.desired.DesiredObject;
import dev.bailiwick.jail.desired.SharedNetwork;
import dev.bailiwick.jail.firewall.Peer;
import dev.bailiwick.protocol.Wire;
import dev.bailiwick.protocol.v1.Commit;
import dev.bailiwick.protocol.v1.LetGo;
import dev.bailiwick.protocol.v1.ServerMessage;
import dev.bailiwick.protocol.v1.SnapshotBegin;
import dev.bailiwick.server.host.Histories.Comparison;
import dev.bailiwick.server.jail.DesiredChange;
import dev.bailiwick.server.jail.DesiredStates;
import dev.bailiwick.server.jail.timeline.Delivery;
import dev.bailiwick.server.network.HostPools;
import dev.bailiwick.server.notification.Notification.HostChanged;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends one host everything that it lacks: its desired state, its address pools and its networks. Only one thread at a time calls {@link #send};
 * any thread may call the other methods.
 */
final class DesiredStateSender {

    private static final Logger log = LoggerFactory.getLogger(DesiredStateSender.class);

    private static final Duration MAX_ACCEPTING = Duration.ofSeconds(5);

    /** The source of the data to send. */
    interface Source {

        /** Returns the changes after a revision; a snapshot for 0. */
        DesiredStates.DesiredRead since(long revision);

        HostPools pools();

        List<SharedNetwork> networks();
    }

    private final Source source;
    private final Downstream stream;
    private final Runnable wake;
    private final Deliveries deliveries = new Deliveries();

    /** The revision that the agent has once it reads all that was sent; after the greeting only {@link #send} changes it. */
    private volatile long sentRevision;

    /** Whether address pools or networks may have changed since they were sent to the host. */
    private final AtomicBoolean poolsPending = new AtomicBoolean(true);

    /** The latest revision that led to {@link #wake}. */
    private final AtomicLong notified = new AtomicLong();

    /**
     * The latest common revision of this host and the database, until it is sent to the host; empty if the histories have not
     * diverged.
     */
    private volatile OptionalLong diverged = OptionalLong.empty();

    /** Jails that the host was asked to forget; only {@link #send} uses it. */
    private final Set<JailId> letGo = new HashSet<>();

    /** The networks that the list has that was sent last; only {@link #send} uses it. */
    private Set<String> told = Set.of();

    private volatile Set<String> kinds = Set.of();
    private volatile long accepted;
    private volatile boolean heldBack;
    private volatile long sentAtNanos;
    private boolean sentAnything;

    /** @param wake runs {@link #send} once more; never blocks */
    DesiredStateSender(Source source, Downstream stream, Runnable wake) {
        this.source = source;
        this.stream = stream;
        this.wake = wake;
    }

    /**
     * Handles the host's greeting.
     *
     * @param claimed the revision that the host claims to have
     * @param named the kinds of objects that its agent knows; empty for an agent of the previous version, which knows only jails
     */
    void greeted(Comparison comparison, long claimed, Set<String> named) {
        kinds = named;
        accepted = claimed;
        sentRevision = sentBefore(comparison, claimed);
    }

    /** Returns the revision to start from. A host with another or an unknown history needs a snapshot, whatever it claims. */
    private long sentBefore(Comparison comparison, long claimed) {
        return switch (comparison) {
            case Comparison.Same() -> claimed;
            case Comparison.Unknown() -> 0;
            case Comparison.Diverged(long commonRevision) -> {
                log.atWarn()
                        .addKeyValue("accepted", claimed)
                        .addKeyValue("commonRevision", commonRevision)
                        .log("a host has revisions that this database has lost");
                diverged = OptionalLong.of(commonRevision);
                yield 0;
            }
        };
    }

    /**
     * Wakes {@link #send} for a new revision. This server's own changes are notified twice: at the commit, and by the database. The
     * first wake reads the change, so the second notification wakes nobody, even while the change is still being sent.
     */
    void changed(long revision) {
        if (revision == HostChanged.ANY) {
            poolsPending.set(true);
        }
        boolean news = revision == HostChanged.ANY
                || (revision > sentRevision && revision > notified.getAndAccumulate(revision, Math::max));
        if (news) {
            wake.run();
        }
    }

    /** Records that the revision is durable on the host's disk. */
    void accepted(long revision) {
        accepted = revision;
        deliveries.accepted(revision);
        wakeIfHeldBack();
    }

    /** Wakes {@link #send} if it holds changes back until the host accepts earlier ones: it may have waited long enough. */
    void wakeIfHeldBack() {
        if (heldBack) {
            wake.run();
        }
    }

    /** Returns the latest deliveries, with their times. */
    List<Delivery> deliveries() {
        return deliveries.latest();
    }

    /** Sends everything that the host lacks, once it has accepted what was sent before. */
    void send() throws InterruptedException {
        if (poolsPending.getAndSet(false)) {
            stream.send(PoolMessages.of(source.pools()));
            sendNetworks();
        }
        heldBack = true;
        if (isAccepting()) {
            return;
        }
        heldBack = false;
        DesiredStates.DesiredRead read = source.since(sentRevision);
        long readNanos = System.nanoTime();
        switch (read.change()) {
            case DesiredChange.Snapshot(long revision, List<DesiredJail> jails) -> {
                if (!sentAnything || revision != sentRevision) {
                    sendNetworksOf(jails);
                    stream.sendWhenReady(ServerMessage.newBuilder()
                            .setSnapshotBegin(beginning())
                            .build());
                    sendChange(revision, jails, read.history(), () -> deliveries.sent(revision, read.at(), readNanos));
                }
            }
            case DesiredChange.Delta(long revision, List<DesiredJail> jails) -> {
                if (revision != sentRevision) {
                    sendNetworksOf(jails);
                    sendChange(revision, jails, read.history(), () -> deliveries.sent(revision, read.at(), readNanos));
                }
            }
        }
        sendLetGo(read.letGo());
    }

    private void sendNetworks() throws InterruptedException {
        List<SharedNetwork> networks = source.networks();
        told = networks.stream().map(SharedNetwork::id).collect(Collectors.toSet());
        for (ServerMessage message : NetworkMessages.of(networks)) {
            stream.sendWhenReady(message);
        }
    }

    /** Sends the networks before jails whose rules name one of which the host was not told: it could not enforce such rules. */
    private void sendNetworksOf(List<DesiredJail> jails) throws InterruptedException {
        if (jails.stream().flatMap(DesiredStateSender::named).anyMatch(network -> !told.contains(network))) {
            sendNetworks();
        }
    }

    private static Stream<String> named(DesiredJail jail) {
        return switch (jail) {
            case DesiredJail.Present present ->
                present.network().rules().rules().stream()
                        .flatMap(rule -> rule.peer() instanceof Peer.Members(UUID network)
                                ? Stream.of(network.toString())
                                : Stream.of());
            case DesiredJail.Removed _ -> Stream.of();
        };
    }

    private SnapshotBegin beginning() {
        OptionalLong common = diverged;
        diverged = OptionalLong.empty();
        return SnapshotBegin.newBuilder()
                .setBranched(common.isPresent())
                .setCommonRevision(common.orElse(0))
                .build();
    }

    private void sendLetGo(List<JailId> jails) throws InterruptedException {
        letGo.retainAll(jails);
        for (JailId jail : jails) {
            if (letGo.add(jail)) {
                stream.sendWhenReady(ServerMessage.newBuilder()
                        .setLetGo(LetGo.newBuilder().setJailId(jail.toString()))
                        .build());
            }
        }
    }

    /**
     * Whether the host is still expected to accept the last commit. Each commit makes the agent wait for its disk, and an urgent
     * one would wait for many small ones. So the agent has one at a time, and later changes become one commit. A host that accepts
     * nothing is not waited for longer than {@link #MAX_ACCEPTING}.
     */
    private boolean isAccepting() {
        return sentAnything && accepted < sentRevision && System.nanoTime() - sentAtNanos < MAX_ACCEPTING.toNanos();
    }

    private void sendChange(
            long revision, List<? extends DesiredObject> objects, ByteString history, Runnable beforeCommit)
            throws InterruptedException {
        for (DesiredObject object : objects) {
            Optional<ServerMessage> message = message(object);
            if (message.isPresent() && !stream.sendWhenReady(message.get())) {
                return;
            }
        }
        beforeCommit.run();
        stream.sendWhenReady(ServerMessage.newBuilder()
                .setCommit(Commit.newBuilder().setRevision(revision).setHash(history))
                .build());
        sentAtNanos = System.nanoTime();
        sentRevision = revision;
        sentAnything = true;
    }

    /**
     * Returns the message; empty if the agent does not know this kind of object. An agent of a version that knows it requests a
     * snapshot.
     */
    private Optional<ServerMessage> message(DesiredObject object) {
        if (kinds.isEmpty()) {
            return Wire.toPrevious(object);
        }
        return kinds.contains(object.id().kind().text()) ? Optional.of(Wire.toWire(object)) : Optional.empty();
    }
}
