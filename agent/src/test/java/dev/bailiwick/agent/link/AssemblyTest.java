package dev.bailiwick.agent.link;

import static dev.bailiwick.agent.link.Jails.id;
import static dev.bailiwick.agent.link.Jails.kept;
import static dev.bailiwick.agent.link.Jails.removed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.agent.link.Assembly.Committed;
import dev.bailiwick.jail.Desired;
import dev.bailiwick.jail.DesiredState;
import dev.bailiwick.jail.StateChange;
import dev.bailiwick.protocol.MalformedMessage;
import dev.bailiwick.protocol.Wire;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class AssemblyTest {

    private static final DesiredState KNOWN = new DesiredState(5, Map.of(id(1), kept(1, 2), id(2), kept(2, 1)));

    @Test
    void snapshotReplacesAllThatWasKnown() {
        Assembly assembly = Assembly.upon(KNOWN);
        assembly.beginSnapshot();
        add(assembly, kept(3, 1));
        assertThat(assembly.commit(6)).isEqualTo(whole(6, kept(3, 1)));
    }

    @Test
    void deltasBuildOnWhatWasKnown() {
        Assembly assembly = Assembly.upon(KNOWN);
        add(assembly, kept(1, 3));
        add(assembly, removed(2, 2));
        assertThat(assembly.commit(7)).isEqualTo(changed(7, kept(1, 3), removed(2, 2)));
        add(assembly, kept(3, 1));
        assertThat(assembly.commit(8)).isEqualTo(changed(8, kept(3, 1)));
        assembly.beginSnapshot();
        add(assembly, kept(3, 1));
        assertThat(assembly.commit(9)).isEqualTo(whole(9, kept(3, 1)));
        add(assembly, kept(3, 2));
        assertThat(assembly.commit(10)).isEqualTo(changed(10, kept(3, 2)));
    }

    @Test
    void refusesDeltasWhereNothingIsKnown() {
        Assembly assembly = Assembly.fromNothing();
        assertThatThrownBy(() -> add(assembly, kept(1, 1))).isInstanceOf(MalformedMessage.class);
        assertThatThrownBy(() -> assembly.commit(1)).isInstanceOf(MalformedMessage.class);
    }

    @Test
    void refusesDeltasThatRunBackwards() {
        Assembly assembly = Assembly.upon(KNOWN);
        assertThatThrownBy(() -> assembly.commit(4))
                .isInstanceOf(MalformedMessage.class)
                .hasMessageContaining("revision 4 came after 5");
        Assembly another = Assembly.upon(KNOWN);
        assertThatThrownBy(() -> add(another, kept(1, 1)))
                .isInstanceOf(MalformedMessage.class)
                .hasMessageContaining("came after 2");
    }

    @Test
    void refusesSnapshotWithinSnapshotAndJailTwice() {
        Assembly assembly = Assembly.fromNothing();
        assembly.beginSnapshot();
        add(assembly, kept(1, 1));
        assertThatThrownBy(() -> add(assembly, kept(1, 2))).isInstanceOf(MalformedMessage.class);
        assertThatThrownBy(assembly::beginSnapshot).isInstanceOf(MalformedMessage.class);
        assertThatThrownBy(() -> assembly.commit(-1)).isInstanceOf(MalformedMessage.class);
    }

    @Test
    void takesSnapshotOfHostThatNothingWasEverWantedOf() {
        Assembly assembly = Assembly.fromNothing();
        assembly.beginSnapshot();
        assertThat(assembly.commit(0)).isEqualTo(whole(0));
    }

    @Test
    void forgetsTombstonesAndNothingElse() {
        Assembly assembly = Assembly.upon(KNOWN);
        add(assembly, removed(2, 2));
        assembly.commit(6);
        assembly.forget(List.of(id(1), id(2), id(9)));
        add(assembly, kept(2, 1));
        assertThat(assembly.commit(7)).isEqualTo(changed(7, kept(2, 1)));
    }

    private static Committed whole(long revision, Desired... jails) {
        return new Committed.Whole(new DesiredState(
                revision, Stream.of(jails).collect(Collectors.toMap(Desired::id, Function.identity()))));
    }

    private static Committed changed(long revision, Desired... jails) {
        return new Committed.Changed(new StateChange(revision, List.of(jails), List.of()));
    }

    private static void add(Assembly assembly, Desired desired) {
        switch (desired) {
            case Desired.Kept kept -> assembly.add(Wire.toWire(kept));
            case Desired.Removed removed -> assembly.add(Wire.toWire(removed));
        }
    }
}
