package dev.bailiwick.agent.link.state;

import static dev.bailiwick.agent.link.Jails.id;
import static dev.bailiwick.agent.link.Jails.kept;
import static dev.bailiwick.agent.link.Jails.removed;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.bailiwick.agent.link.state.Lineage.Origin;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.jail.desired.DesiredState;
import dev.bailiwick.jail.desired.Hold;
import dev.bailiwick.jail.desired.Hold.Kind;
import dev.bailiwick.jail.desired.StateChange;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DesiredStateTransitionTest {

    @TempDir
    private Path directory;

    private DesiredStates states;

    @BeforeEach
    void open() throws IOException {
        states = new DesiredStates(new SnapshotStore(directory));
    }

    /** An earlier version counted the running jails at each revision, so that three new jails were enough to stop fourteen. */
    @Test
    void holdsWhatVanishesThroughLaterRevisionsAndRestarts() throws IOException {
        whole(1, jails(1, 26, n -> kept(n, 1)));
        whole(2, jails(15, 26, n -> kept(n, 1)));
        assertThat(states.kept().holds()).hasSize(14).containsEntry(id(1), new Hold(Kind.UNKNOWN, 1));

        changed(3, kept(30, 1), kept(31, 1), kept(32, 1));
        open();
        changed(4, kept(30, 2));
        whole(5, jails(15, 26, n -> kept(n, 1)));

        assertThat(states.kept().objects())
                .containsAllEntriesOf(jails(1, 26, n -> kept(n, 1)))
                .doesNotContainValue(removed(1, 1));
        assertThat(states.kept().holds()).containsKeys(id(1), id(14), id(30)).doesNotContainKey(id(15));
    }

    @Test
    void holdsASingleOneThatVanishes() throws IOException {
        whole(1, jails(1, 5, n -> kept(n, 1)));
        whole(2, jails(2, 5, n -> kept(n, 1)));
        assertThat(states.kept().objects()).containsEntry(id(1), kept(1, 1));
    }

    @Test
    void followsAgainOnceItIsNamedAgain() throws IOException {
        whole(1, jails(1, 2, n -> kept(n, 1)));
        whole(2, Map.of());
        whole(3, jails(1, 2, n -> kept(n, n)));
        assertThat(states.kept()).isEqualTo(new DesiredState(3, jails(1, 2, n -> kept(n, n))));
    }

    @Test
    void obeysAnyNumberOfTombstones() throws IOException {
        whole(1, jails(1, 50, n -> kept(n, 3)));
        branched(9, 0, jails(1, 50, n -> removed(n, 2)));
        assertThat(states.kept()).isEqualTo(new DesiredState(9, jails(1, 50, n -> removed(n, 2))));
    }

    @Test
    void takesWhatTheServerHasDoneSinceAndHoldsWhatItHasLost() throws IOException {
        whole(5, jails(1, 3, n -> kept(n, 2)));
        changed(6, kept(2, 3));
        changed(7, kept(4, 1));
        // The database of revision 5 has continued: both have changed jail 2, it has changed 1, and defined 5.
        branched(8, 5, Map.of(id(1), kept(1, 3), id(2), kept(2, 4), id(3), kept(3, 2), id(5), kept(5, 1)));

        assertThat(states.kept())
                .isEqualTo(new DesiredState(
                        8,
                        Map.of(
                                id(1), kept(1, 3),
                                id(2), kept(2, 3),
                                id(3), kept(3, 2),
                                id(4), kept(4, 1),
                                id(5), kept(5, 1)),
                        Map.of(id(2), new Hold(Kind.CHANGED, 4), id(4), new Hold(Kind.UNKNOWN, 1))));
    }

    @Test
    void doesNotStartWhatWasRemovedHere() throws IOException {
        whole(5, jails(1, 2, n -> kept(n, 2)));
        changed(6, removed(1, 3));
        states.forget(List.of(id(1)));
        changed(7);
        open();
        branched(8, 5, jails(1, 2, n -> kept(n, 2)));
        assertThat(states.kept().objects()).containsEntry(id(1), removed(1, 3));
        assertThat(states.kept().holds()).containsOnly(Map.entry(id(1), new Hold(Kind.REMOVED, 3)));

        changed(9, kept(1, 3));
        assertThat(states.kept().holds())
                .as("a generation up to the held one does not end the hold")
                .containsOnlyKeys(id(1));
        changed(10, kept(1, 4));
        assertThat(states.kept()).isEqualTo(new DesiredState(10, Map.of(id(1), kept(1, 4), id(2), kept(2, 2))));
    }

    @Test
    void letsGoOfWhatTheServerDoesNotKnowAndOfNothingElse() throws IOException {
        whole(1, jails(1, 2, n -> kept(n, 1)));
        whole(2, Map.of(id(2), kept(2, 1)));
        assertThat(states.letGo(id(1)).changed()).containsExactly(removed(1, 1));
        assertThat(states.letGo(id(2)).isNothing()).isTrue();
        open();
        assertThat(states.kept()).isEqualTo(new DesiredState(2, Map.of(id(1), removed(1, 1), id(2), kept(2, 1))));
    }

    @Test
    void marksAreManyLatelyAndFewLongAgo() throws IOException {
        Lineage lineage = new Lineage();
        for (int revision = 1; revision <= 100_000; revision++) {
            lineage.note(
                    new StateChange(revision, List.of(), List.of()),
                    new Origin(ByteString.copyFromUtf8("r" + revision), OptionalLong.empty()));
        }
        List<Long> ages = lineage.marks().stream()
                .map(mark -> 100_000 - mark.getRevision())
                .toList();
        assertThat(ages).hasSizeBetween(30, 100).startsWith(0L, 1L, 2L, 3L).isSorted();
        for (int i = 17; i < ages.size(); i++) {
            assertThat((double) ages.get(i)).isLessThanOrEqualTo(2.0 * ages.get(i - 1) + 2);
        }
    }

    private void whole(long revision, Map<JailId, DesiredJail> jails) throws IOException {
        var _ = states.take(new AssembledCommit.Snapshot(new DesiredState(revision, jails)), Origin.UNKNOWN);
    }

    private void branched(long revision, long common, Map<JailId, DesiredJail> jails) throws IOException {
        var _ = states.take(
                new AssembledCommit.Snapshot(new DesiredState(revision, jails)),
                new Origin(ByteString.copyFromUtf8("other"), OptionalLong.of(common)));
    }

    private void changed(long revision, DesiredJail... jails) throws IOException {
        var _ = states.take(
                new AssembledCommit.Delta(new StateChange(revision, List.of(jails), List.of())), Origin.UNKNOWN);
    }

    private static Map<JailId, DesiredJail> jails(int first, int last, IntFunction<DesiredJail> jail) {
        return IntStream.rangeClosed(first, last)
                .mapToObj(jail)
                .collect(Collectors.toMap(DesiredJail::id, desired -> desired));
    }
}
