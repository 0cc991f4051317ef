package dev.bailiwick.jail.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.jail.validation.InvalidValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SysctlsTest {

    @Test
    void writesValuesInOneWay() {
        Sysctls sysctls = new Sysctls(new TreeMap<>(Map.of("kernel.sem", " 250\t32000  32 0128 ")));

        assertThat(sysctls.all()).isEqualTo(Map.of("kernel.sem", "250 32000 32 128"));
    }

    /** Settings of the whole machine, of namespaces that jails share with it, and ways to write elsewhere. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "kernel.core_pattern",
                "kernel.pid_max",
                "vm.overcommit_memory",
                "fs.file-max",
                "net.ipv4.ip_forward",
                "net.ipv4.conf.all.forwarding",
                "net.ipv4.ping_group_range",
                "net/core/somaxconn",
                "net.core.somaxconn/../../../kernel/core_pattern",
                "../kernel.sem",
                "NET.CORE.SOMAXCONN",
                ""
            })
    void refusesWhatIsNotListed(String name) {
        assertThatThrownBy(() -> Sysctls.check(name, "1"))
                .isInstanceOf(InvalidValue.class)
                .hasMessageStartingWith("is not one of the settings that a jail can have: net.core.somaxconn, ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "net.core.somaxconn | 0 | must be 1 to 65535",
                "net.core.somaxconn | 1 2 | must be 1 to 65535",
                "net.core.somaxconn | many | must be 1 to 65535",
                "net.core.somaxconn | 99999999999999999999 | must be 1 to 65535",
                "net.ipv4.ip_local_port_range | 2000 | must be 1 to 65535, a space, and 1 to 65535",
                "net.ipv4.ip_local_port_range | 3000 2000 | must be the first port, a space, and a last port that is not before it"
            })
    void refusesOtherValues(String name, String value, String message) {
        assertThatThrownBy(() -> Sysctls.check(name, value))
                .isInstanceOf(InvalidValue.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @CsvSource({"40000,", ", 500 60000", "80, 79 60000", "2000, 1024 60000", "65535, 65534 65535"})
    void refusesOutgoingPortsThatNeedAPrivilege(@Nullable String unprivileged, @Nullable String outgoing) {
        assertThatThrownBy(() -> ports(unprivileged, outgoing))
                .isInstanceOf(InvalidValue.class)
                .hasMessageContaining("must not have outgoing ports that need a privilege: "
                        + "net.ipv4.ip_local_port_range begins at ");
    }

    @ParameterizedTest
    @CsvSource({"0, 1 65535", "80, 500 60000", "32768,", "2000,", ", 1024 1024", "1024, 1024 60000"})
    void putsTheUnprivilegedPortsBeforeTheOutgoingOnes(@Nullable String unprivileged, @Nullable String outgoing) {
        Sysctls sysctls = ports(unprivileged, outgoing);

        assertThat(sysctls.inOrder())
                .containsExactlyInAnyOrderElementsOf(sysctls.all().entrySet());
        if (unprivileged != null) {
            assertThat(sysctls.inOrder().getFirst().getValue()).isEqualTo(unprivileged);
        }
    }

    @Test
    void putsHighUnprivilegedPortsBehindTheOutgoingOnes() {
        assertThat(ports("40000", "40000 60000").inOrder())
                .extracting(Map.Entry::getValue)
                .containsExactly("40000 60000", "40000");
    }

    private static Sysctls ports(@Nullable String unprivileged, @Nullable String outgoing) {
        TreeMap<String, String> all = new TreeMap<>();
        if (unprivileged != null) {
            all.put("net.ipv4.ip_unprivileged_port_start", unprivileged);
        }
        if (outgoing != null) {
            all.put("net.ipv4.ip_local_port_range", outgoing);
        }
        return new Sysctls(all);
    }

    @Test
    void areInTheDocumentsWithTheirReasons() throws IOException {
        String document = Files.readString(Path.of("../docs/inside-a-jail.md"));

        Sysctls.known().forEach((name, reason) -> assertThat(document).contains("| `" + name + "` | " + reason + " |"));
    }
}
