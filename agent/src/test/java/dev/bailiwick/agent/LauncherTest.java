package dev.bailiwick.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LauncherTest {

    @TempDir
    private Path installation;

    /** As in a systemd unit on a host without a locale, where Java could not even look up paths beyond ASCII. */
    @Test
    void readsNamesOfFilesAsUtf8InEveryLocale() throws Exception {
        Path launcher = Files.copy(Path.of("src/main/sh/bailiwick-agent"), installation.resolve("bailiwick-agent"));
        ProcessBuilder agent = new ProcessBuilder("/bin/sh", launcher.toString(), "check").redirectErrorStream(true);
        agent.environment().put("LC_ALL", "C");
        agent.environment().put("JAVA_HOME", System.getProperty("java.home"));
        // Prints the settings and ends, before the JVM looks for any class of the agent.
        agent.environment().put("BAILIWICK_JAVA_OPTIONS", "-XshowSettings:properties -version");
        Process process = agent.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        assertThat(said).contains("sun.jnu.encoding = UTF-8");
    }
}
