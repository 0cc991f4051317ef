package dev.bailiwick.agent.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

@NeedsRoot
class SystemdTest {

    @Test
    void bootsRebootsPowersOffAndHaltsInAJailOfProfileSystem() throws Exception {
        List<SystemdTrial.Boot> boots = SystemdTrial.of(userland());

        System.out.println(boots);
        assertThat(boots).extracting(SystemdTrial.Boot::state).containsOnly("running");
        assertThat(boots.stream().map(SystemdTrial.Boot::ending).flatMap(Optional::stream))
                .containsExactlyElementsOf(SystemdTrial.ENDINGS);
    }

    /** docs/policy.md names these settings of units. */
    @Test
    void showsItsBootInTheLogAndFailsOnlyUnitsWithUsersOfTheirOwn() throws Exception {
        Map<String, Integer> results = new TreeMap<>();

        String log = SystemdTrial.boot(userland(), results);

        assertThat(log).contains("running in system mode", "Reached target", "Powering off");
        assertThat(results)
                .containsEntry("PrivateTmp=yes", 0)
                .containsEntry("ProtectSystem=strict", 0)
                .containsEntry("PrivateNetwork=yes", 0)
                .containsEntry("PrivateUsers=yes", 0);
        assertThat(results.get("DynamicUser=yes")).isNotZero();
    }

    private static Path userland() {
        Path userland = Path.of(System.getProperty("bailiwick.systemd.userland", "/nonexistent"));
        assumeThat(userland)
                .as("a Debian userland with systemd, which e2e/systemd makes")
                .isDirectory();
        return userland;
    }
}
