package dev.bailiwick.server.link;

import com.google.protobuf.ByteString;
import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.Desired;
import dev.bailiwick.jail.DesiredObject;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.protocol.Wire;
import dev.bailiwick.protocol.v1.Commit;
import dev.bailiwick.protocol.v1.LetGo;
import dev.bailiwick.protocol.v1.Pools;
import dev.bailiwick.protocol.v1.ServerMessage;
import dev.bailiwick.protocol.v1.SnapshotBegin;
import dev.bailiwick.server.host.Histories.Standing;
import dev.bailiwick.server.jail.DesiredChange;
import dev.bailiwick.server.jail.DesiredStates;
import dev.bailiwick.server.jail.timeline.Push;
import dev.bailiwick.server.network.HostPools;
import dev.bailiwick.server.notification.Notification.HostChanged;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends one host all that it has yet to learn: its desired state, and its address pools. {@link #send} runs once at a time; the other
 * methods are for any thread.
 */
final class DesiredStateSender {

    private static final Logger log = LoggerFactory.getLogger(DesiredStateSender.class);

    private static final Duration MAX_ACCEPTING = Duration.ofSeconds(5);

    /** What there is to send. */
    interface Source {

        /** What a host has to learn that has this revision; all of it for 0. */
        DesiredStates.Told since(long revision);

        HostPools pools();
    }

    private final Source source;
    private final Downstream stream;
    private final Runnable wake;
    private final Pushes pushes = new Pushes();

    /** What the agent knows once it has read all that was sent; {@link #send} alone moves it after the greeting. */
    private volatile long told;

    /** Address pools may have changed since they were sent to the host. */
    private final AtomicBoolean poolsUnsaid = new AtomicBoolean(true);

    /** The latest revision that led to {@link #wake}. */
    private final AtomicLong notified = new AtomicLong();

    /** The latest revision that this host and the database share, until it is sent to the host; empty where they have not parted. */
    private volatile OptionalLong parted = OptionalLong.empty();

    /** Jails that the host was asked to forget; only {@link #send} uses it. */
    private final Set<JailId> letGo = new HashSet<>();

    private volatile Set<String> kinds = Set.of();
    private volatile long accepted;
    private volatile boolean heldBack;
    private volatile long toldAtNanos;
    private boolean toldAnything;

    /** @param wake has {@link #send} run once more; never blocks */
    DesiredStateSender(Source source, Downstream stream, Runnable wake) {
        this.source = source;
        this.stream = stream;
        this.wake = wake;
    }

    /**
     * The host has greeted, and claims to have this revision.
     *
     * @param named the kinds of objects that its agent knows; empty if it is of the previous version, which knows jails alone
     */
    void greeted(Standing standing, long claimed, Set<String> named) {
        kinds = named;
        accepted = claimed;
        told = toldBefore(standing, claimed);
    }

    /** A host that has another history, or one that is not known here, needs a snapshot whatever it claims. */
    private long toldBefore(Standing standing, long claimed) {
        return switch (standing) {
            case Standing.Same() -> claimed;
            case Standing.Unknown() -> 0;
            case Standing.Parted(long commonRevision) -> {
                log.atWarn()
                        .addKeyValue("accepted", claimed)
                        .addKeyValue("commonRevision", commonRevision)
                        .log("a host has what this database has lost");
                parted = OptionalLong.of(commonRevision);
                yield 0;
            }
        };
    }

    /**
     * This server's own changes are notified twice: when they are committed, and when the database says so. Whoever is woken by the first
     * reads it, so the second wakes nobody, also while the change is still being sent.
     */
    void changed(long revision) {
        if (revision == HostChanged.ANY) {
            poolsUnsaid.set(true);
        }
        boolean news = revision == HostChanged.ANY
                || (revision > told && revision > notified.getAndAccumulate(revision, Math::max));
        if (news) {
            wake.run();
        }
    }

    /** The host has it on its disk. */
    void accepted(long revision) {
        accepted = revision;
        pushes.accepted(revision);
        wakeIfHeldBack();
    }

    /** What was held back until the host accepts something may have waited long enough. */
    void wakeIfHeldBack() {
        if (heldBack) {
            wake.run();
        }
    }

    /** The latest deliveries, with their times. */
    List<Push> deliveries() {
        return pushes.latest();
    }

    /** Sends all that the host has yet to learn; once it has accepted what it was sent before. */
    void send() throws InterruptedException {
        if (poolsUnsaid.getAndSet(false)) {
            tellPools();
        }
        heldBack = true;
        if (isAccepting()) {
            return;
        }
        heldBack = false;
        DesiredStates.Told read = source.since(told);
        long readNanos = System.nanoTime();
        switch (read.change()) {
            case DesiredChange.Snapshot(long revision, List<Desired> jails) -> {
                if (!toldAnything || revision != told) {
                    stream.sendWhenReady(ServerMessage.newBuilder()
                            .setSnapshotBegin(beginning())
                            .build());
                    tell(revision, jails, read.history(), () -> pushes.sent(revision, read.at(), readNanos));
                }
            }
            case DesiredChange.Delta(long revision, List<Desired> jails) -> {
                if (revision != told) {
                    tell(revision, jails, read.history(), () -> pushes.sent(revision, read.at(), readNanos));
                }
            }
        }
        tellToLetGo(read.letGo());
    }

    private void tellPools() {
        HostPools pools = source.pools();
        stream.send(ServerMessage.newBuilder()
                .setPools(Pools.newBuilder()
                        .addAllHere(pools.here().stream()
                                .map(AddressRange::toString)
                                .toList())
                        .addAllElsewhere(pools.elsewhere().stream()
                                .map(AddressRange::toString)
                                .toList()))
                .build());
    }

    private SnapshotBegin beginning() {
        OptionalLong common = parted;
        parted = OptionalLong.empty();
        return SnapshotBegin.newBuilder()
                .setBranched(common.isPresent())
                .setCommonRevision(common.orElse(0))
                .build();
    }

    private void tellToLetGo(List<JailId> jails) throws InterruptedException {
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
     * Each commit costs the agent a wait for its disk. Were it sent many small ones, an urgent one would wait for them all; so it has
     * one at a time, and what comes meanwhile becomes one. Where it accepts nothing, it is not waited for long.
     */
    private boolean isAccepting() {
        return toldAnything && accepted < told && System.nanoTime() - toldAtNanos < MAX_ACCEPTING.toNanos();
    }

    private void tell(long revision, List<? extends DesiredObject> objects, ByteString history, Runnable beforeCommit)
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
        toldAtNanos = System.nanoTime();
        told = revision;
        toldAnything = true;
    }

    /** Empty if the agent does not know this kind of object; a version that knows it asks for a snapshot. */
    private Optional<ServerMessage> message(DesiredObject object) {
        if (kinds.isEmpty()) {
            return Wire.toPrevious(object);
        }
        return kinds.contains(object.id().kind().text()) ? Optional.of(Wire.toWire(object)) : Optional.empty();
    }
}
