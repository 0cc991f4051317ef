package dev.bailiwick.agent.kernel.linux.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.SharedNetwork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NetworkFileTest {

    private static final JailId JAIL = new JailId(UUID.randomUUID());

    @TempDir
    private Path directory;

    @Test
    void givesTheNextAgentWhatTheServerSentLast() {
        List<SharedNetwork> networks = List.of(
                new SharedNetwork(
                        "n",
                        "a",
                        Set.of(JAIL, new JailId(UUID.randomUUID())),
                        Set.of(IpAddress.parse("172.23.0.7"), IpAddress.parse("fdb1::7"))),
                new SharedNetwork("m", "b", Set.of(JAIL), Set.of()));
        new NetworkFile(directory).keep(networks);
        assertThat(new NetworkFile(directory).read()).isEqualTo(networks);
        NetworkFile file = new NetworkFile(directory);
        file.read();
        file.keep(List.of());
        assertThat(new NetworkFile(directory).read()).isEmpty();
    }

    @Test
    void passesOverLinesThatItCannotRead() throws IOException {
        Files.write(
                directory.resolve("networks"),
                List.of(
                        "network n a " + JAIL + " 172.23.0.7",
                        "network n a " + JAIL,
                        "network n  " + JAIL + " -",
                        "network n a x -",
                        "network n a - 172.23",
                        "later n a - -",
                        "",
                        "\0"));
        assertThat(new NetworkFile(directory).read())
                .containsExactly(new SharedNetwork("n", "a", Set.of(JAIL), Set.of(IpAddress.parse("172.23.0.7"))));
    }
}
