package dev.bailiwick.agent.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

@NeedsRoot
class SystemdTest {

    @Test
    void bootsRebootsPowersOffAndHaltsInAJailOfProfileSystem() throws Exception {
        Path userland = Path.of(System.getProperty("bailiwick.systemd.userland", "/nonexistent"));
        assumeThat(userland)
                .as("a Debian userland with systemd, which e2e/systemd makes")
                .isDirectory();

        List<SystemdTrial.Boot> boots = SystemdTrial.of(userland);

        System.out.println(boots);
        assertThat(boots).extracting(SystemdTrial.Boot::state).containsOnly("running");
        assertThat(boots.stream().map(SystemdTrial.Boot::ending).flatMap(Optional::stream))
                .containsExactlyElementsOf(SystemdTrial.ENDINGS);
    }
}
