package dev.bailiwick.agent.link.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class JoinTokenTest {

    private static final String FINGERPRINT = "0123456789abcdef".repeat(4);
    private static final String SECRET = "bwj_" + "aB3-_".repeat(8) + "xyz";

    @Test
    void readsTheAuthorityFromTheToken() {
        JoinToken token = JoinToken.parse(SECRET + "." + FINGERPRINT + "\n");
        assertThat(token.authorityFingerprint()).isEqualTo(FINGERPRINT);
        assertThat(token.text()).hasSize(112);
    }

    @Test
    void neverPrintsTheSecret() {
        assertThat(JoinToken.parse(SECRET + "." + FINGERPRINT).toString()).doesNotContain("aB3");
        assertThatThrownBy(() -> JoinToken.parse(SECRET)).message().doesNotContain("aB3");
    }

    @Test
    void readsAddressesOfServers() {
        assertThat(ServerAddress.parse("panel.example:8444")).isEqualTo(new ServerAddress("panel.example", 8444));
        assertThat(ServerAddress.parse("[::1]:8444")).isEqualTo(new ServerAddress("::1", 8444));
        assertThat(ServerAddress.parse("[::1]:8444")).hasToString("[::1]:8444");
        for (String bad : new String[] {"panel.example", ":8444", "::1:8444", "a:0", "a:70000", "a:b", ""}) {
            assertThatThrownBy(() -> ServerAddress.parse(bad)).as(bad).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
