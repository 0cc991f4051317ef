package dev.bailiwick.agent.reconcile;

import static dev.bailiwick.agent.reconcile.Definitions.definition;
import static dev.bailiwick.agent.reconcile.Definitions.id;
import static dev.bailiwick.agent.reconcile.Definitions.kept;
import static dev.bailiwick.agent.reconcile.Definitions.removed;
import static dev.bailiwick.agent.reconcile.Definitions.state;
import static dev.bailiwick.agent.reconcile.Definitions.stopped;
import static dev.bailiwick.agent.reconcile.Definitions.withHostname;
import static dev.bailiwick.agent.reconcile.Definitions.withPath;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.Desired;
import dev.bailiwick.jail.Desired.FilesFate;
import dev.bailiwick.jail.DesiredState;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.Phase;
import dev.bailiwick.jail.Report;
import dev.bailiwick.jail.StateChange;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A host that is told what changes does what one does that is told all of it anew each time. */
class ChangesTest {

    private static final int JAILS = 24;
    private static final int TURNS = 120;

    private final Scene whole = Scene.startedWith(DesiredState.NONE);
    private final Scene changes = Scene.startedWith(DesiredState.NONE);
    private final Map<JailId, Desired> told = new HashMap<>();
    private DesiredState last = DesiredState.NONE;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void doTheSame(int seed) {
        Random random = new Random(seed);
        for (int turn = 1; turn <= TURNS; turn++) {
            for (int i = random.nextInt(4); i >= 0; i--) {
                changeOne(random, turn);
            }
            if (random.nextInt(40) == 0) {
                // More than may vanish at once, if they run.
                told.values().removeIf(desired -> desired instanceof Desired.Kept && random.nextInt(4) != 0);
            }
            accept(new DesiredState(turn, told));
            Duration passing = Duration.ofMillis(random.nextInt(6_000));
            whole.pass(passing);
            changes.pass(passing);

            assertThat(changes.reports.stream().map(ChangesTest::said))
                    .as("turn %d", turn)
                    .containsExactlyElementsOf(
                            whole.reports.stream().map(ChangesTest::said).toList());
            assertThat(changes.kernel.calls()).isEqualTo(whole.kernel.calls());
        }
    }

    @Test
    void leaveNothingOfAJailWhoseTombstoneIsGone() {
        Book book = new Book();
        Instant now = whole.clock.instant();
        book.accept(state(1, kept(1), kept(2)), now);
        book.accept(new StateChange(2, List.of(removed(1, 2, FilesFate.KEPT)), List.of()), now);
        JailTrack gone = book.track(id(1));
        gone.phase = Phase.REMOVED;

        assertThat(book.accept(new StateChange(3, List.of(), List.of(id(1))), now)
                        .changed())
                .containsExactly(gone);
        assertThat(gone.desired).isNull();
    }

    private void accept(DesiredState next) {
        whole.accept(next);
        changes.reconciler.accept(StateChange.between(last, next));
        changes.workers.work();
        last = next;
    }

    private void changeOne(Random random, int turn) {
        int n = 1 + random.nextInt(JAILS);
        boolean known = told.containsKey(id(n));
        boolean tombstone = told.get(id(n)) instanceof Desired.Removed;
        switch (random.nextInt(6)) {
            case 0, 1 -> tell(tombstone ? null : kept(n, turn, withHostname(definition(n), "turn" + turn)));
            case 2 -> tell(tombstone ? null : stopped(n, turn));
            case 3 -> tell(known ? removed(n, turn, random.nextBoolean() ? FilesFate.DELETED : FilesFate.KEPT) : null);
            case 4 -> {
                if (tombstone) {
                    told.remove(id(n));
                }
            }
            case 5 -> {
                whole.kernel.ignoreTerminate(id(n));
                changes.kernel.ignoreTerminate(id(n));
                int other = 1 + random.nextInt(JAILS);
                tell(tombstone ? null : kept(n, turn, withPath(definition(n), "/jails/web" + other)));
            }
            default -> throw new AssertionError();
        }
    }

    private void tell(@Nullable Desired desired) {
        if (desired != null) {
            told.put(desired.id(), desired);
        }
    }

    private static List<Object> said(Report report) {
        return List.of(report.jail(), report.generation(), report.phase(), report.conditions(), report.at());
    }
}
