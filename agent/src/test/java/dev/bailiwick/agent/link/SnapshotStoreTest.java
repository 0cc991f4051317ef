package dev.bailiwick.agent.link;

import static dev.bailiwick.agent.link.Jails.id;
import static dev.bailiwick.agent.link.Jails.kept;
import static dev.bailiwick.agent.link.Jails.removed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.agent.link.SnapshotStore.Loaded;
import dev.bailiwick.jail.DesiredState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
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
        assertThat(((Loaded.Damaged) store.load()).reason()).contains("only 8 bytes");
        assertThat(directory.resolve("desired.state.damaged")).hasContent("not this");
        assertThat(store.load()).isEqualTo(new Loaded.Intact(DesiredState.NONE));
    }

    /** What a power failure while writing leaves: the old file and a part of the new one beside it. */
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
        states.take(STATE);
        // A directory in its place can not be replaced by a file.
        Files.createDirectories(directory.resolve(".desired.state.new/in-the-way"));
        assertThatThrownBy(() -> states.take(new DesiredState(10, Map.of()))).isInstanceOf(IOException.class);
        assertThat(states.kept()).isEqualTo(STATE);
        assertThat(states.trouble())
                .hasValueSatisfying(reason -> assertThat(reason).contains("revision 10"));
    }

    @Test
    void neverKeepsRevisionThatRunsBackwards() throws IOException {
        DesiredStates states = new DesiredStates(store);
        states.take(STATE);
        assertThat(states.take(new DesiredState(8, Map.of()))).isEqualTo(DesiredStates.Taken.REFUSED);
        assertThat(states.kept()).isEqualTo(STATE);
        assertThat(states.revisionToClaim())
                .as("asks for a snapshot, not for deltas")
                .isZero();
        assertThat(states.take(new DesiredState(9, Map.of()))).isEqualTo(DesiredStates.Taken.STORED);
        assertThat(states.revisionToClaim()).isEqualTo(9);
    }

    @Test
    void forgottenTombstonesLeaveTheDiskWithTheNextState() throws IOException {
        DesiredStates states = new DesiredStates(store);
        states.take(STATE);
        states.forget(List.of(id(2), id(3)));
        assertThat(states.kept().jails()).as("what is kept is never forgotten").containsOnlyKeys(id(1), id(3));
    }
}
