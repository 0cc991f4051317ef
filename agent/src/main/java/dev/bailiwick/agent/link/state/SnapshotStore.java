package dev.bailiwick.agent.link.state;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.bailiwick.agent.disk.DurableFile;
import dev.bailiwick.agent.link.state.Lineage.Origin;
import dev.bailiwick.jail.ObjectId;
import dev.bailiwick.jail.ObjectKind;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.jail.desired.DesiredObject;
import dev.bailiwick.jail.desired.DesiredState;
import dev.bailiwick.jail.desired.Hold;
import dev.bailiwick.jail.desired.StateChange;
import dev.bailiwick.protocol.MalformedMessage;
import dev.bailiwick.protocol.Wire;
import dev.bailiwick.protocol.v1.StoredChange;
import dev.bailiwick.protocol.v1.StoredState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The store of the last desired state: one file of {@link StateRecord}s. The first record is a whole state, and each later one changes
 * the state before it. So the cost of a change does not depend on the number of jails. When the changes have grown large, the file is
 * replaced by one with the whole state. Changes that must be stored although the disk is full go to a {@link StateReserve} beside it, until
 * the file can be written again. Used by one thread.
 *
 * <p>INVARIANT: a state that is read was stored before. A change that was not stored completely, for example because of a power
 * failure, was never accepted; it is ignored, with everything after it.
 */
public final class SnapshotStore implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(SnapshotStore.class);

    /** The file is replaced once its changes are longer than this, and longer than the whole state. */
    private static final long MIN_REWRITE_BYTES = 64 << 10;

    /** The reserve has twice the size of the state and this much more, so that each jail can be stopped and then removed. */
    private static final long MIN_RESERVE_BYTES = 64 << 10;

    private final Path file;
    private final Path unread;
    private final StateReserve reserve;
    private StateRecord.Chain chain = StateRecord.Chain.begin();
    private Lineage lineage = new Lineage();
    private boolean knowsOtherKinds;
    private long wholeBytes;
    private long appendedBytes;
    /** The file, for appending the next change; null if the whole file must be written first. */
    private @Nullable FileChannel journal;

    /** @param stateDirectory the directory of {@code desired.state} */
    public SnapshotStore(Path stateDirectory) {
        this.file = stateDirectory.resolve("desired.state");
        this.unread = stateDirectory.resolve("desired.unread");
        this.reserve = new StateReserve(stateDirectory.resolve("desired.reserve"));
    }

    /** Returns whether {@link #noteUnread} has noted {@code true}. */
    boolean hasUnread() {
        return Files.exists(unread);
    }

    /**
     * Notes, durably, whether the server has sent something that is not in the state because this agent cannot read it.
     *
     * @throws IOException if the note cannot be written
     */
    void noteUnread(boolean isSo) throws IOException {
        if (isSo && !hasUnread()) {
            DurableFile.write(unread);
        } else if (!isSo) {
            Files.deleteIfExists(unread);
        }
    }

    /** The result of {@link #load}. */
    public sealed interface Loaded {

        /** The stored state; {@link DesiredState#NONE} if nothing was ever stored. */
        record Intact(DesiredState state) implements Loaded {}

        /** The file was damaged, and was renamed; the reason is a sentence. */
        record Damaged(String reason) implements Loaded {}
    }

    /** Returns whether an agent that knew other kinds of objects stored the state. Such a state may lack objects. */
    boolean isOfOtherKinds() {
        return knowsOtherKinds;
    }

    /** Returns the history of the state that was last read or stored. */
    Lineage lineage() {
        return lineage;
    }

    /**
     * Reads the stored state.
     *
     * @throws IOException if the file exists and cannot be read
     */
    public Loaded load() throws IOException {
        close();
        lineage = new Lineage();
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException nothingStoredYet) {
            return new Loaded.Intact(DesiredState.NONE);
        }
        try {
            ByteBuffer records = ByteBuffer.wrap(bytes);
            DesiredState state = replay(records);
            if (!records.hasRemaining() && !knowsOtherKinds) {
                journal = FileChannel.open(file, StandardOpenOption.APPEND);
            }
            return new Loaded.Intact(state);
        } catch (MalformedMessage | InvalidProtocolBufferException e) {
            Path aside = file.resolveSibling("desired.state.damaged");
            Files.move(file, aside, StandardCopyOption.ATOMIC_MOVE);
            log.atWarn()
                    .addKeyValue("movedTo", aside)
                    .addKeyValue("cause", e.getMessage())
                    .log("the stored desired state is damaged; the server will be asked for it again");
            return new Loaded.Damaged(file + " was damaged: " + e.getMessage() + "; it was moved to " + aside);
        }
    }

    /** Reads the records up to the first incomplete one, and leaves that and all bytes after it unread. */
    private DesiredState replay(ByteBuffer bytes) throws IOException {
        chain = StateRecord.Chain.begin();
        byte[] first = chain.readFirst(bytes);
        StoredState whole = StoredState.parseFrom(first);
        DesiredState state = Wire.fromWire(whole);
        StoredLineage.read(whole, lineage);
        knowsOtherKinds = !StoredLineage.kinds(whole).equals(Set.copyOf(ObjectKind.texts()));
        wholeBytes = first.length;
        appendedBytes = 0;
        long revision = state.revision();
        Map<ObjectId, DesiredObject> objects = new TreeMap<>(state.objects());
        Map<ObjectId, Hold> holds = new TreeMap<>(state.holds());
        while (bytes.hasRemaining()) {
            Optional<byte[]> next = chain.readNext(bytes);
            if (next.isEmpty()) {
                log.atWarn()
                        .addKeyValue("bytes", bytes.remaining())
                        .addKeyValue("revision", revision)
                        .log("the last change of the desired state was stored incompletely and is ignored");
                break;
            }
            StoredChange stored = StoredChange.parseFrom(next.get());
            revision = replay(stored, objects, holds);
            appendedBytes += next.get().length;
        }
        for (byte[] kept : reserve.readUpon(chain)) {
            revision = replay(StoredChange.parseFrom(kept), objects, holds);
        }
        return new DesiredState(revision, objects, holds);
    }

    private long replay(StoredChange stored, Map<ObjectId, DesiredObject> objects, Map<ObjectId, Hold> holds) {
        StateChange change = Wire.fromWire(stored);
        change.gone().forEach(id -> {
            if (objects.get(id) instanceof DesiredJail.Removed removed) {
                lineage.notePast(removed);
            }
        });
        lineage.note(change, StoredLineage.origin(stored));
        change.applyTo(objects, holds);
        return change.revision();
    }

    /**
     * Stores a whole state, and returns once it would survive a power failure.
     *
     * @throws IOException if it could not be stored; then the file has the earlier state or this one
     */
    public void store(DesiredState state) throws IOException {
        byte[] content = StoredLineage.encode(state, lineage);
        StateRecord.Chain next = StateRecord.Chain.begin();
        DurableFile.write(file, next.firstRecord(content));
        close();
        chain = next;
        knowsOtherKinds = false;
        wholeBytes = content.length;
        appendedBytes = 0;
        reserve.begin(chain);
        journal = FileChannel.open(file, StandardOpenOption.APPEND);
    }

    /**
     * Reserves space for {@link #appendInReserve}.
     *
     * @throws IOException if the disk has too little space
     */
    void keepReserve() throws IOException {
        reserve.keep(MIN_RESERVE_BYTES + 2 * (wholeBytes + appendedBytes));
    }

    /**
     * Stores a change as {@link #append} does, in the reserved space; for use after that method has failed.
     *
     * @throws IOException if that space is used up, or no state was ever stored
     */
    void appendInReserve(StateChange change, Origin origin) throws IOException {
        if (wholeBytes == 0) {
            throw new IOException("the change cannot be stored, because there is no stored state to which it applies");
        }
        reserve.write(StoredLineage.encode(change, origin));
        lineage.note(change, origin);
    }

    /**
     * Stores a change of the last stored state, and returns once it would survive a power failure.
     *
     * @param whole returns the state after the change; called only if the whole file must be written
     * @throws IOException if it could not be stored; then the file has the earlier state or this one
     */
    public void append(StateChange change, Origin origin, Supplier<DesiredState> whole) throws IOException {
        FileChannel open = journal;
        if (open == null || reserve.isUsed() || appendedBytes > Math.max(MIN_REWRITE_BYTES, wholeBytes)) {
            // If this fails, the same change is stored again later; noting it twice does no harm.
            lineage.note(change, origin);
            store(whole.get());
        } else {
            append(open, change, origin);
            lineage.note(change, origin);
        }
    }

    private void append(FileChannel open, StateChange change, Origin origin) throws IOException {
        byte[] content = StoredLineage.encode(change, origin);
        StateRecord.Chain next = chain.copy();
        ByteBuffer record = next.record(content);
        try {
            while (record.hasRemaining()) {
                open.write(record);
            }
            open.force(false);
        } catch (IOException e) {
            // The content of the file is unknown now: fsync(2) reports a failure only once.
            close();
            throw e;
        }
        chain = next;
        appendedBytes += content.length;
        reserve.begin(chain);
    }

    Path directory() {
        return Objects.requireNonNull(file.toAbsolutePath().getParent());
    }

    /** Returns how many bytes the agent can still write to the disk. */
    long usableBytes() {
        return directory().toFile().getUsableSpace();
    }

    @Override
    public void close() throws IOException {
        reserve.close();
        if (journal != null) {
            journal.close();
            journal = null;
        }
    }
}
