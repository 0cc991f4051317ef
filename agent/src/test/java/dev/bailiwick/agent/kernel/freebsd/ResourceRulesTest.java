package dev.bailiwick.agent.kernel.freebsd;

import static dev.bailiwick.agent.kernel.freebsd.RecordingLibrary.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.jail.Limits;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResourceRulesTest {

    private RecordingLibrary library;
    private ResourceRules rules;

    @BeforeEach
    void compile(@TempDir Path directory) throws Exception {
        library = new RecordingLibrary(directory);
        rules = new ResourceRules(library.libC());
    }

    @Test
    void writesEachLimitAsARule() {
        Limits limits = new Limits(OptionalLong.of(512L << 20), OptionalInt.of(100), OptionalInt.of(1500));

        assertThat(ResourceRules.of("b-web", limits))
                .containsExactly(
                        "jail:b-web:memoryuse:deny=536870912",
                        "jail:b-web:maxproc:deny=100",
                        "jail:b-web:pcpu:deny=150");
        assertThat(ResourceRules.of("b-web", Limits.NONE)).isEmpty();
    }

    @Test
    void neverGivesMoreOfACpuThanWasAskedFor() {
        assertThat(ResourceRules.of("b-web", new Limits(OptionalLong.empty(), OptionalInt.empty(), OptionalInt.of(19))))
                .containsExactly("jail:b-web:pcpu:deny=1");
    }

    @Test
    void countsTheNulAndAsksForNoAnswer() {
        rules.add("jail:b-web:maxproc:deny=100");
        rules.removeAll("b-web");

        assertThat(library.calls())
                .containsExactly(
                        "rctl_add_rule 28:" + text("jail:b-web:maxproc:deny=100") + " 0 0",
                        "rctl_remove_rule 12:" + text("jail:b-web:") + " 0 0");
    }

    @Test
    void toleratesThatThereIsNoRuleToRemove() {
        library.failNext("rctl_remove_rule", 3, "");

        rules.removeAll("b-web");

        assertThat(library.calls("rctl_remove_rule")).hasSize(1);
    }

    @Test
    void tellsWhichRuleWasRefused() {
        library.failNext("rctl_add_rule", 1, "");

        assertThatThrownBy(() -> rules.add("jail:b-web:maxproc:deny=100"))
                .hasMessage("rctl_add_rule jail:b-web:maxproc:deny=100: EPERM");
    }
}
