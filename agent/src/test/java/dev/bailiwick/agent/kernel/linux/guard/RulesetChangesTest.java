package dev.bailiwick.agent.kernel.linux.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.linux.NeedsRoot;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What listeners hear of a table with twenty thousand rules. */
@NeedsRoot
class RulesetChangesTest {

    private static List<String> said = List.of();

    @BeforeAll
    static void run() throws Exception {
        said = TrialRun.said(RulesetTrials.class, "ruleset", "");
    }

    private static Map<String, String> section(String name) {
        return TrialRun.section(said, name);
    }

    @Test
    void lostNotificationsAreAnsweredAtMostOnceAMinute() {
        assertThat(section("narrow"))
                .containsEntry("lost", "true")
                .containsEntry("nothing", "false")
                .containsEntry("lost-again", "false")
                .containsEntry("soon", "false")
                .containsEntry("a-minute-later", "true")
                .containsEntry("then", "false")
                .containsEntry("foreign", "true");
    }

    @Test
    void thereIsRoomForALargeTable() {
        assertThat(section("wide")).containsEntry("foreign", "true").hasSize(7);
        assertThat(section("wide").entrySet().stream()
                        .filter(heard -> heard.getValue().equals("true")))
                .hasSize(1);
    }
}
