package dev.bailiwick.server.jail.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.WantedState;
import dev.bailiwick.jail.report.Condition;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.server.jail.view.JailView;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class StatusExplanationTest {

    private static final JailDefinition RUNNING = ShownJails.definition();
    private static final JailDefinition STOPPED = RUNNING.withWanted(WantedState.STOPPED);

    static Stream<Arguments> cases() {
        return Stream.of(
                Arguments.of(RUNNING, Phase.RUNNING, 7, 7, 7, "difference.same"),
                Arguments.of(STOPPED, Phase.STOPPED, 7, 7, 7, "difference.stopped"),
                Arguments.of(RUNNING, Phase.STARTING, 7, 7, 7, "difference.settling"),
                Arguments.of(STOPPED, Phase.RUNNING, 7, 7, 7, "difference.settling"),
                Arguments.of(RUNNING, Phase.STOPPED, 7, 7, 7, "difference.settling"),
                Arguments.of(RUNNING, Phase.PENDING, 1, 0, 0, "difference.unreported"),
                Arguments.of(RUNNING, Phase.RUNNING, 7, 6, 6, "difference.not-accepted"),
                Arguments.of(RUNNING, Phase.RUNNING, 7, 7, 6, "difference.not-applied"),
                Arguments.of(RUNNING, Phase.PENDING, 1, 1, 0, "difference.first"),
                Arguments.of(RUNNING, Phase.REFUSED, 7, 7, 7, "difference.refused"),
                Arguments.of(RUNNING, Phase.REFUSED, 7, 7, 6, "difference.first"),
                Arguments.of(RUNNING, Phase.BACKING_OFF, 7, 7, 7, "difference.backing-off"),
                Arguments.of(RUNNING, null, 7, 7, 7, "difference.away"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void namesTheReason(
            JailDefinition definition, @Nullable Phase phase, long wanted, long accepted, long applied, String key) {
        JailView jail = ShownJails.jail(definition, Optional.ofNullable(phase), wanted, accepted, applied);
        assertThat(StatusExplanation.of(jail).key()).isEqualTo(key);
    }

    /**
     * The jail has the same generation on the host as on the server, which can happen after the database was restored.
     */
    @ParameterizedTest
    @ValueSource(strings = {Condition.CHANGED_ON_HOST, Condition.REMOVED_ON_HOST})
    void doesNotTakeAJailForApplied(String reason) {
        Condition differs = new Condition(reason, "an operator has to decide", ShownJails.NOW);
        JailView jail = ShownJails.jail(RUNNING, Optional.of(Phase.RUNNING), 7, 7, 7, List.of(differs));

        assertThat(StatusExplanation.of(jail).key()).isEqualTo("difference.differs");
        ShownStatus shown = ShownStatus.of(jail, ShownJails.NOW);
        assertThat(shown.generations().stations())
                .extracting(ShownStatus.Station::mark)
                .containsExactly("reached", "behind", "behind");
        assertThat(shown.actions()).as("the server would reject each of them").noneMatch(ShownStatus.Action::possible);
    }

    @Test
    void tellsAJailThatWasSwitchedOffFromInsideFromOneOnItsWay() {
        Condition halted = new Condition(Condition.HALTED_ITSELF, "was switched off from inside", ShownJails.NOW);
        JailView jail = ShownJails.jail(RUNNING, Optional.of(Phase.STOPPED), 7, 7, 7, List.of(halted));
        JailView changed = ShownJails.jail(RUNNING, Optional.of(Phase.STOPPED), 8, 8, 7, List.of(halted));

        assertThat(StatusExplanation.of(jail).key()).isEqualTo("difference.halted");
        assertThat(jail.settled()).isTrue();
        assertThat(StatusExplanation.of(changed).key()).isEqualTo("difference.not-applied");
        assertThat(changed.settled()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        Condition.COMPLETED + ",difference.completed,completed",
        Condition.ENDED + ",difference.ended,ended",
        Condition.RESTART_LIMIT_REACHED + ",difference.ended,ended"
    })
    void tellsAJailWhoseProgramHasEndedForGood(String reason, String key, String state) throws IOException {
        Condition ended = new Condition(reason, "init exited", ShownJails.NOW);
        JailView jail = ShownJails.jail(RUNNING, Optional.of(Phase.STOPPED), 7, 7, 7, List.of(ended));

        assertThat(StatusExplanation.of(jail).key()).isEqualTo(key);
        assertThat(jail.settled()).isTrue();
        assertThat(jail.status().shownState()).isEqualTo(state);
        assertThat(ShownStatus.of(jail, ShownJails.NOW).actions())
                .as("it can be started")
                .allMatch(ShownStatus.Action::possible);
        assertThat(messages()).containsKeys(key, "state." + state, "condition." + reason);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void hasWordsForEach(
            JailDefinition definition, @Nullable Phase phase, long wanted, long accepted, long applied, String key)
            throws IOException {
        assertThat(messages()).containsKey(key);
    }

    private static Properties messages() throws IOException {
        Properties messages = new Properties();
        try (InputStream file = StatusExplanationTest.class.getResourceAsStream("/messages.properties")) {
            messages.load(file);
        }
        return messages;
    }
}
