package dev.bailiwick.agent.link.state;

import static dev.bailiwick.agent.link.Jails.id;
import static dev.bailiwick.agent.link.Jails.kept;
import static dev.bailiwick.agent.link.Jails.removed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.jail.desired.DesiredState;
import dev.bailiwick.jail.desired.StateChange;
import dev.bailiwick.protocol.MalformedMessage;
import dev.bailiwick.protocol.Wire;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CommitAssemblerTest {

    private static final DesiredState KNOWN = new DesiredState(5, Map.of(id(1), kept(1, 2), id(2), kept(2, 1)));

    @Test
    void snapshotReplacesAllThatWasKnown() {
        CommitAssembler assembler = CommitAssembler.upon(KNOWN);
        assembler.beginSnapshot();
        add(assembler, kept(3, 1));
        assertThat(assembler.commit(6)).isEqualTo(whole(6, kept(3, 1)));
    }

    @Test
    void deltasBuildOnWhatWasKnown() {
        CommitAssembler assembler = CommitAssembler.upon(KNOWN);
        add(assembler, kept(1, 3));
        add(assembler, removed(2, 2));
        assertThat(assembler.commit(7)).isEqualTo(changed(7, kept(1, 3), removed(2, 2)));
        add(assembler, kept(3, 1));
        assertThat(assembler.commit(8)).isEqualTo(changed(8, kept(3, 1)));
        assembler.beginSnapshot();
        add(assembler, kept(3, 1));
        assertThat(assembler.commit(9)).isEqualTo(whole(9, kept(3, 1)));
        add(assembler, kept(3, 2));
        assertThat(assembler.commit(10)).isEqualTo(changed(10, kept(3, 2)));
    }

    @Test
    void refusesDeltasWhereNothingIsKnown() {
        CommitAssembler assembler = CommitAssembler.fromNothing();
        assertThatThrownBy(() -> add(assembler, kept(1, 1))).isInstanceOf(MalformedMessage.class);
        assertThatThrownBy(() -> assembler.commit(1)).isInstanceOf(MalformedMessage.class);
    }

    @Test
    void refusesDeltasThatRunBackwards() {
        CommitAssembler assembler = CommitAssembler.upon(KNOWN);
        assertThatThrownBy(() -> assembler.commit(4))
                .isInstanceOf(MalformedMessage.class)
                .hasMessageContaining("revision 4 came after 5");
        CommitAssembler another = CommitAssembler.upon(KNOWN);
        assertThatThrownBy(() -> add(another, kept(1, 1)))
                .isInstanceOf(MalformedMessage.class)
                .hasMessageContaining("came after 2");
    }

    @Test
    void refusesSnapshotWithinSnapshotAndJailTwice() {
        CommitAssembler assembler = CommitAssembler.fromNothing();
        assembler.beginSnapshot();
        add(assembler, kept(1, 1));
        assertThatThrownBy(() -> add(assembler, kept(1, 2))).isInstanceOf(MalformedMessage.class);
        assertThatThrownBy(assembler::beginSnapshot).isInstanceOf(MalformedMessage.class);
        assertThatThrownBy(() -> assembler.commit(-1)).isInstanceOf(MalformedMessage.class);
    }

    @Test
    void takesSnapshotOfHostThatNothingWasEverWantedOf() {
        CommitAssembler assembler = CommitAssembler.fromNothing();
        assembler.beginSnapshot();
        assertThat(assembler.commit(0)).isEqualTo(whole(0));
    }

    @Test
    void forgetsTombstonesAndNothingElse() {
        CommitAssembler assembler = CommitAssembler.upon(KNOWN);
        add(assembler, removed(2, 2));
        assembler.commit(6);
        assembler.forget(List.of(id(1), id(2), id(9)));
        add(assembler, kept(2, 1));
        assertThat(assembler.commit(7)).isEqualTo(changed(7, kept(2, 1)));
    }

    private static AssembledCommit whole(long revision, DesiredJail... jails) {
        return new AssembledCommit.Snapshot(new DesiredState(
                revision, Stream.of(jails).collect(Collectors.toMap(DesiredJail::id, Function.identity()))));
    }

    private static AssembledCommit changed(long revision, DesiredJail... jails) {
        return new AssembledCommit.Delta(new StateChange(revision, List.of(jails), List.of()));
    }

    private static void add(CommitAssembler assembler, DesiredJail desired) {
        switch (desired) {
            case DesiredJail.Present kept -> assembler.add(Wire.toWire(kept));
            case DesiredJail.Removed removed -> assembler.add(Wire.toWire(removed));
        }
    }
}
