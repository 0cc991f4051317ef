package dev.bailiwick.agent.link.state;

import static dev.bailiwick.agent.link.Jails.id;
import static dev.bailiwick.agent.link.Jails.kept;
import static dev.bailiwick.agent.link.Jails.removed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.agent.link.Jails;
import dev.bailiwick.agent.link.state.Lineage.Origin;
import dev.bailiwick.agent.link.state.SnapshotStore.Loaded;
import dev.bailiwick.jail.ObjectId;
import dev.bailiwick.jail.desired.DesiredObject;
import dev.bailiwick.jail.desired.DesiredState;
import dev.bailiwick.jail.desired.StateChange;
import dev.bailiwick.protocol.v1.StoredState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotStoreTest {

    private static final DesiredState STATE =
            new DesiredState(9, Map.of(id(1), kept(1, 4), id(2), removed(2, 1), id(3), kept(3, 1)));

    @TempDir
    private Path directory;

    private Path file;
    private SnapshotStore store;

    @BeforeEach
    void open() {
        file = directory.resolve("desired.state");
        store = new SnapshotStore(directory);
    }

    @Test
    void readsWhatWasStored() throws IOException {
        store.store(STATE);
        assertThat(new SnapshotStore(directory).load()).isEqualTo(new Loaded.Intact(STATE));
        assertThat(directory.toFile().list()).containsExactly("desired.state");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void knowsNothingAtFirst() throws IOException {
        assertThat(store.load()).isEqualTo(new Loaded.Intact(DesiredState.NONE));
    }

    @Test
    void refusesFileTornAnywhere() throws IOException {
        store.store(STATE);
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThat(store.load()).as("cut at %d", length).isInstanceOf(Loaded.Damaged.class);
        }
    }

    @Test
    void refusesFileWithAnyByteChanged() throws IOException {
        store.store(STATE);
        byte[] whole = Files.readAllBytes(file);
        for (int at = 0; at < whole.length; at++) {
            byte[] changed = whole.clone();
            changed[at] ^= 0x10;
            Files.write(file, changed);
            assertThat(store.load()).as("changed at %d", at).isInstanceOf(Loaded.Damaged.class);
        }
    }

    @Test
    void keepsDamagedFileForWhoeverWantsToLook() throws IOException {
        Files.writeString(file, "not this");
        assertThat(((Loaded.Damaged) store.load()).reason()).contains("a format that this agent does not know");
        assertThat(directory.resolve("desired.state.damaged")).hasContent("not this");
        assertThat(store.load()).isEqualTo(new Loaded.Intact(DesiredState.NONE));
    }

    /** After a power failure during a write, the old file exists, with a part of the new one beside it. */
    @Test
    void readsTheOldStateWhereTheNewOneWasNeverFinished() throws IOException {
        store.store(STATE);
        Files.write(directory.resolve(".desired.state.new"), new byte[] {1, 2, 3});
        assertThat(store.load()).isEqualTo(new Loaded.Intact(STATE));
        DesiredState next = new DesiredState(10, Map.of());
        store.store(next);
        assertThat(store.load()).isEqualTo(new Loaded.Intact(next));
    }

    @Test
    void failedWriteKeepsWhatWasThere() throws IOException {
        DesiredStates states = new DesiredStates(store);
        // A directory in its place cannot be replaced by a file.
        Path inTheWay = Files.createDirectories(directory.resolve(".desired.state.new/in-the-way"));
        assertThatThrownBy(() -> states.take(whole(STATE), Origin.UNKNOWN)).isInstanceOf(IOException.class);
        assertThat(states.kept()).isEqualTo(DesiredState.NONE);
        assertThat(states.conditions())
                .singleElement()
                .satisfies(condition -> assertThat(condition.message()).contains("revision 9"));

        Files.delete(inTheWay);
        assertThat(states.take(whole(STATE), Origin.UNKNOWN)).isEqualTo(StateChange.between(DesiredState.NONE, STATE));
        assertThat(new SnapshotStore(directory).load()).isEqualTo(new Loaded.Intact(STATE));
    }

    @Test
    void changeCostsWhatItIsLong() throws IOException {
        DesiredState many = new DesiredState(
                1, IntStream.range(1, 1_000).boxed().collect(Collectors.toMap(Jails::id, number -> kept(number, 1))));
        store.store(many);
        long whole = Files.size(file);
        DesiredState next = changed(many, 500);
        append(many, next);

        assertThat(Files.size(file) - whole).isBetween(1L, whole / 100);
        assertThat(new SnapshotStore(directory).load()).isEqualTo(new Loaded.Intact(next));
    }

    /** After a power failure during an append, the file ends with a part of the change, or with bytes that were never written. */
    @Test
    void readsTheStateBeforeAChangeThatWasNeverFinished() throws IOException {
        store.store(STATE);
        int whole = (int) Files.size(file);
        append(STATE, changed(STATE, 1));
        byte[] all = Files.readAllBytes(file);
        for (int at = whole; at < all.length; at++) {
            Files.write(file, Arrays.copyOf(all, at));
            assertThat(store.load()).as("cut at %d", at).isEqualTo(new Loaded.Intact(STATE));
            byte[] hollow = all.clone();
            Arrays.fill(hollow, at, all.length, (byte) 0);
            Files.write(file, hollow);
            assertThat(store.load()).as("hollow from %d on", at).isEqualTo(new Loaded.Intact(STATE));
        }
        DesiredState next = changed(STATE, 3);
        append(STATE, next);
        append(next, changed(next, 3));
        assertThat(new SnapshotStore(directory).load())
                .as("the append replaces the incomplete record")
                .isEqualTo(new Loaded.Intact(changed(next, 3)));
    }

    @Test
    void countsNoChangeBehindOneThatIsDamaged() throws IOException {
        store.store(STATE);
        int whole = (int) Files.size(file);
        append(STATE, changed(STATE, 1));
        append(changed(STATE, 1), changed(changed(STATE, 1), 3));
        byte[] bytes = Files.readAllBytes(file);
        bytes[whole + 50] ^= 0x10;
        Files.write(file, bytes);
        assertThat(store.load()).isEqualTo(new Loaded.Intact(STATE));
    }

    /** A disk may show a record of an earlier file in place of a new one; it does not belong to this file. */
    @Test
    void countsARecordInItsOwnPlaceAlone() throws IOException {
        store.store(STATE);
        int whole = (int) Files.size(file);
        append(STATE, changed(STATE, 1));
        byte[] change = Files.readAllBytes(file);
        change = Arrays.copyOfRange(change, whole, change.length);
        Files.write(file, change, StandardOpenOption.APPEND);
        assertThat(store.load()).isEqualTo(new Loaded.Intact(changed(STATE, 1)));
    }

    @Test
    void beginsAnewBeforeTheFileGrowsLong() throws IOException {
        DesiredState state = STATE;
        store.store(STATE);
        for (int i = 0; i < 600; i++) {
            DesiredState next = changed(state, i % 4 == 2 ? 1 : i % 4);
            append(state, next);
            state = next;
        }
        assertThat(Files.size(file)).isLessThan(80 << 10);
        assertThat(new SnapshotStore(directory).load()).isEqualTo(new Loaded.Intact(state));
    }

    /** Another version may know objects that this one does not know, or the reverse. */
    @Test
    void asksForEverythingWhereTheAgentThatStoredKnewOtherKinds() throws IOException {
        store.store(STATE);
        rewrite(stored -> assertThat(stored.getKindsList()).containsExactly("jail"));
        assertThat(new DesiredStates(new SnapshotStore(directory)).revisionToClaim())
                .isEqualTo(STATE.revision());

        rewrite(StoredState.Builder::clearKinds);
        assertThat(new DesiredStates(new SnapshotStore(directory)).revisionToClaim())
                .as("a file of the previous version, which knew only jails")
                .isEqualTo(STATE.revision());

        rewrite(stored -> stored.addKinds("jail").addKinds("tide"));
        DesiredStates states = new DesiredStates(new SnapshotStore(directory));
        assertThat(states.kept()).isEqualTo(STATE);
        assertThat(states.revisionToClaim()).isZero();
        var _ = states.take(whole(changed(STATE, 1)), Origin.UNKNOWN);
        states.close();
        assertThat(new DesiredStates(new SnapshotStore(directory)).revisionToClaim())
                .isEqualTo(STATE.revision() + 1);
    }

    /** Stores the whole state as another version would. */
    private void rewrite(Consumer<StoredState.Builder> change) throws IOException {
        byte[] whole = StateRecord.Chain.begin().readFirst(ByteBuffer.wrap(Files.readAllBytes(file)));
        StoredState.Builder stored = StoredState.parseFrom(whole).toBuilder();
        change.accept(stored);
        Files.write(file, StateRecord.Chain.begin().firstRecord(stored.build().toByteArray()));
    }

    private void append(DesiredState earlier, DesiredState later) throws IOException {
        store.append(StateChange.between(earlier, later), Origin.UNKNOWN, () -> later);
    }

    private static AssembledCommit whole(DesiredState state) {
        return new AssembledCommit.Snapshot(state);
    }

    /** Returns the next revision, with another generation of this jail; for 0, without jail 2. */
    private static DesiredState changed(DesiredState state, int number) {
        Map<ObjectId, DesiredObject> jails = new HashMap<>(state.objects());
        if (number == 0) {
            jails.remove(id(2));
        } else {
            jails.put(id(number), kept(number, state.revision() + 1));
        }
        return new DesiredState(state.revision() + 1, jails);
    }

    @Test
    void forgottenTombstonesLeaveTheDiskWithTheNextState() throws IOException {
        DesiredStates states = new DesiredStates(store);
        var _ = states.take(whole(STATE), Origin.UNKNOWN);
        states.forget(List.of(id(2), id(3)));
        assertThat(states.kept().objects())
                .as("what is kept is never forgotten")
                .containsOnlyKeys(id(1), id(3));

        DesiredState next = changed(states.kept(), 1);
        StateChange told = StateChange.between(states.kept(), next);
        assertThat(states.take(new AssembledCommit.Delta(told), Origin.UNKNOWN))
                .as("the change for the reconciler")
                .isEqualTo(new StateChange(10, told.changed(), List.of(id(2))));
        assertThat(states.kept()).isEqualTo(next);
        assertThat(new SnapshotStore(directory).load()).isEqualTo(new Loaded.Intact(next));
    }

    @Test
    void forgottenTombstonesLeaveTheDiskWithASnapshotThatSaysNothingElse() throws IOException {
        DesiredStates states = new DesiredStates(store);
        var _ = states.take(whole(STATE), Origin.UNKNOWN);
        states.forget(List.of(id(2)));

        var _ = states.take(whole(states.kept()), Origin.UNKNOWN);

        assertThat(new SnapshotStore(directory).load()).isEqualTo(new Loaded.Intact(states.kept()));
    }
}
