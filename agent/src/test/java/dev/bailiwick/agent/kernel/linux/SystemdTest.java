package dev.bailiwick.agent.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.bailiwick.agent.kernel.JailEnd.Ending;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

@NeedsRoot
class SystemdTest {

    @Test
    void bootsRebootsAndHaltsInAJailOfProfileSystem() throws Exception {
        Path userland = Path.of(System.getProperty("bailiwick.systemd.userland", "/nonexistent"));
        assumeThat(userland)
                .as("a Debian userland with systemd, which e2e/systemd makes")
                .isDirectory();

        List<SystemdTrial.Boot> boots = SystemdTrial.of(userland);

        System.out.println(boots);
        assertThat(boots).extracting(SystemdTrial.Boot::state).containsOnly("running");
        assertThat(boots.get(0).ending()).contains(new Ending.Rebooted());
        assertThat(boots.get(1).ending()).contains(new Ending.Halted());
    }
}
