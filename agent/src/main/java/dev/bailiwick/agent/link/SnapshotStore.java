package dev.bailiwick.agent.link;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.bailiwick.agent.disk.DurableFile;
import dev.bailiwick.agent.link.Lineage.Origin;
import dev.bailiwick.jail.Desired;
import dev.bailiwick.jail.DesiredObject;
import dev.bailiwick.jail.DesiredState;
import dev.bailiwick.jail.Held;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.ObjectId;
import dev.bailiwick.jail.ObjectKind;
import dev.bailiwick.jail.StateChange;
import dev.bailiwick.protocol.MalformedMessage;
import dev.bailiwick.protocol.Wire;
import dev.bailiwick.protocol.v1.Intent;
import dev.bailiwick.protocol.v1.Removal;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last desired state, in one file: {@link StateRecord}s, of which the first is a whole state and each later one a change
 * to the state before it. So a change costs what it is long, however many jails there are; now and then the file is
 * replaced by one that begins with the whole state. Used by one thread.
 *
 * <p>INVARIANT: what is read was stored once. A change that was not stored to its end, as by a power failure, was never
 * accepted, and does not count; nor does what might stand behind it.
 */
public final class SnapshotStore implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(SnapshotStore.class);

    /** This many bytes of changes are always appended before the file is written again; beyond that, as many as the whole state has. */
    private static final long MIN_REWRITE_BYTES = 64 << 10;

    private final Path file;
    private final Path unread;
    private StateRecord.Chain chain = StateRecord.Chain.begin();
    private Lineage lineage = new Lineage();
    private boolean knowsOtherKinds;
    private long wholeBytes;
    private long appendedBytes;
    /** Where the next change can be appended; null where the file has to be written again first. */
    private @Nullable FileChannel journal;

    /** @param stateDirectory where {@code desired.state} is, or is to be */
    public SnapshotStore(Path stateDirectory) {
        this.file = stateDirectory.resolve("desired.state");
        this.unread = stateDirectory.resolve("desired.unread");
    }

    /** Whether {@link #noteUnread} has noted so. */
    boolean hasUnread() {
        return Files.exists(unread);
    }

    /**
     * Notes, durably, whether the server has said what is not in the state since it cannot be read.
     *
     * @throws IOException if it cannot be noted
     */
    void noteUnread(boolean isSo) throws IOException {
        if (isSo && !hasUnread()) {
            DurableFile.write(unread);
        } else if (!isSo) {
            Files.deleteIfExists(unread);
        }
    }

    /** What was found on the disk. */
    sealed interface Loaded {

        /** {@link DesiredState#NONE} where nothing was ever stored. */
        record Intact(DesiredState state) implements Loaded {}

        /** A file that is not what was written; it was moved aside, and the reason is a sentence. */
        record Damaged(String reason) implements Loaded {}
    }

    /** Whether an agent that knew other kinds of objects stored the state; then something may be missing in it. */
    boolean isOfOtherKinds() {
        return knowsOtherKinds;
    }

    private static Set<String> kinds(StoredState stored) {
        return stored.getKindsCount() == 0 ? Set.of(ObjectKind.JAIL.text()) : Set.copyOf(stored.getKindsList());
    }

    /** How what was read or stored last came about. */
    Lineage lineage() {
        return lineage;
    }

    /** @throws IOException if the file is there and cannot be read at all */
    Loaded load() throws IOException {
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

    /** Leaves what is no whole record. */
    private DesiredState replay(ByteBuffer bytes) throws InvalidProtocolBufferException {
        chain = StateRecord.Chain.begin();
        byte[] first = chain.readFirst(bytes);
        StoredState whole = StoredState.parseFrom(first);
        DesiredState state = Wire.fromWire(whole);
        readLineage(whole);
        knowsOtherKinds = !kinds(whole).equals(Set.copyOf(ObjectKind.texts()));
        wholeBytes = first.length;
        appendedBytes = 0;
        long revision = state.revision();
        Map<ObjectId, DesiredObject> objects = new TreeMap<>(state.objects());
        Map<ObjectId, Held> held = new TreeMap<>(state.held());
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
            StateChange change = Wire.fromWire(stored);
            change.gone().forEach(id -> {
                if (objects.get(id) instanceof Desired.Removed removed) {
                    lineage.notePast(removed);
                }
            });
            lineage.note(change, origin(stored));
            change.applyTo(objects, held);
            revision = change.revision();
            appendedBytes += next.get().length;
        }
        return new DesiredState(revision, objects, held);
    }

    private static Origin origin(StoredChange stored) {
        return new Origin(
                stored.getHash(),
                stored.hasCommonRevision() ? OptionalLong.of(stored.getCommonRevision()) : OptionalLong.empty());
    }

    private void readLineage(StoredState stored) {
        List<JailId> ids = Stream.concat(
                        stored.getIntentsList().stream().map(Intent::getJailId),
                        stored.getRemovalsList().stream().map(Removal::getJailId))
                .map(JailId::parse)
                .toList();
        for (int i = 0; i < Math.min(ids.size(), stored.getChangedAtCount()); i++) {
            lineage.noteChangedAt(ids.get(i), stored.getChangedAt(i));
        }
        lineage.noteMarks(stored.getMarksList());
        stored.getPastList().stream().map(Wire::fromWire).forEach(lineage::notePast);
    }

    private byte[] withLineage(DesiredState state) {
        StoredState.Builder stored = Wire.toWire(state).toBuilder().addAllKinds(ObjectKind.texts());
        List<ObjectId> ids = Stream.concat(
                        state.objects().values().stream().filter(Desired.Kept.class::isInstance),
                        state.objects().values().stream().filter(Desired.Removed.class::isInstance))
                .map(DesiredObject::id)
                .toList();
        ids.forEach(id -> stored.addChangedAt(lineage.changedAt(id)));
        stored.addAllMarks(lineage.marks());
        lineage.past().forEach(removed -> stored.addPast(Wire.toWire(removed)));
        return stored.build().toByteArray();
    }

    /**
     * Returns once the state would survive a power failure.
     *
     * @throws IOException if it would not; then what was stored before still does, or this does
     */
    void store(DesiredState state) throws IOException {
        close();
        byte[] content = withLineage(state);
        StateRecord.Chain next = StateRecord.Chain.begin();
        DurableFile.write(file, next.firstRecord(content));
        chain = next;
        knowsOtherKinds = false;
        wholeBytes = content.length;
        appendedBytes = 0;
        journal = FileChannel.open(file, StandardOpenOption.APPEND);
    }

    /**
     * Returns once the change of what was stored last would survive a power failure.
     *
     * @param whole what the change leads to; asked for where the file has to be written again
     * @throws IOException if it would not; then what was stored before still does, or this does
     */
    void append(StateChange change, Origin origin, Supplier<DesiredState> whole) throws IOException {
        FileChannel open = journal;
        if (open == null || appendedBytes > Math.max(MIN_REWRITE_BYTES, wholeBytes)) {
            // Where this fails the change comes again, and says the same.
            lineage.note(change, origin);
            store(whole.get());
        } else {
            append(open, change, origin);
            lineage.note(change, origin);
        }
    }

    private void append(FileChannel open, StateChange change, Origin origin) throws IOException {
        StoredChange.Builder stored = Wire.toWire(change).toBuilder().setHash(origin.hash());
        origin.commonRevision().ifPresent(stored::setCommonRevision);
        byte[] content = stored.build().toByteArray();
        StateRecord.Chain next = chain.copy();
        ByteBuffer record = next.record(content);
        try {
            while (record.hasRemaining()) {
                open.write(record);
            }
            open.force(false);
        } catch (IOException e) {
            // What is in the file now is not known: fsync(2) tells of a failure once.
            close();
            throw e;
        }
        chain = next;
        appendedBytes += content.length;
    }

    @Override
    public void close() throws IOException {
        if (journal != null) {
            journal.close();
            journal = null;
        }
    }
}
