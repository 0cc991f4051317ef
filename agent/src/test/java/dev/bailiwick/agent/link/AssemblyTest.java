package dev.bailiwick.agent.link;

import static dev.bailiwick.agent.link.Jails.id;
import static dev.bailiwick.agent.link.Jails.kept;
import static dev.bailiwick.agent.link.Jails.removed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.jail.Desired;
import dev.bailiwick.jail.DesiredState;
import dev.bailiwick.protocol.MalformedMessage;
import dev.bailiwick.protocol.Wire;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AssemblyTest {

    private static final DesiredState KNOWN = new DesiredState(5, Map.of(id(1), kept(1, 2), id(2), kept(2, 1)));

    @Test
    void snapshotReplacesAllThatWasKnown() {
        Assembly assembly = Assembly.upon(KNOWN);
        assembly.beginSnapshot();
        add(assembly, kept(3, 1));
        assertThat(assembly.commit(6)).isEqualTo(new DesiredState(6, Map.of(id(3), kept(3, 1))));
    }

    @Test
    void deltasBuildOnWhatWasKnown() {
        Assembly assembly = Assembly.upon(KNOWN);
        add(assembly, kept(1, 3));
        add(assembly, removed(2, 2));
        assertThat(assembly.commit(7)).isEqualTo(new DesiredState(7, Map.of(id(1), kept(1, 3), id(2), removed(2, 2))));
        add(assembly, kept(3, 1));
        assertThat(assembly.commit(8).jails()).containsOnlyKeys(id(1), id(2), id(3));
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
        assertThat(assembly.commit(0)).isEqualTo(DesiredState.NONE);
    }

    @Test
    void forgetsTombstonesAndNothingElse() {
        Assembly assembly = Assembly.upon(KNOWN);
        add(assembly, removed(2, 2));
        assembly.commit(6);
        assembly.forget(List.of(id(1), id(2), id(9)));
        add(assembly, kept(3, 1));
        assertThat(assembly.commit(7).jails()).containsOnlyKeys(id(1), id(3));
    }

    private static void add(Assembly assembly, Desired desired) {
        switch (desired) {
            case Desired.Kept kept -> assembly.add(Wire.toWire(kept));
            case Desired.Removed removed -> assembly.add(Wire.toWire(removed));
        }
    }
}
