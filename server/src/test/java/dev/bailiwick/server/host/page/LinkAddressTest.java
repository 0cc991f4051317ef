package dev.bailiwick.server.host.page;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinkAddressTest {

    @ParameterizedTest
    @ValueSource(
            strings = {"127.0.0.1:8444", "127.4.5.6:1", "[::1]:8444", "localhost:8444", "0.0.0.0:8444", "[::]:8444"})
    void knowsWhatNoOtherMachineReaches(String address) {
        assertThat(new LinkAddress(address).isLocal()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.7:8444", "[fd00::7]:8444", "jails.example.org:8444", "127.example.org:8444"})
    void doesNotDoubtWhatMayBeReached(String address) {
        assertThat(new LinkAddress(address).isLocal()).isFalse();
    }

    @Test
    void namesWhatIsAdvertisedBeforeWhatIsListenedOn() {
        assertThat(LinkAddress.of("jails.example.org:1", "0.0.0.0:8444").join("bwj_x"))
                .isEqualTo("echo bwj_x | /opt/bailiwick/agent/bailiwick-agent join --server jails.example.org:1");
        assertThat(LinkAddress.of("", "192.0.2.7:8444").text()).isEqualTo("192.0.2.7:8444");
    }
}
