package dev.bailiwick.server.account.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.jail.validation.InvalidValue;
import java.net.InetAddress;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Networks from which a token is accepted. */
class NetworkTest {

    @ParameterizedTest
    @CsvSource({
        "198.51.100.7, 198.51.100.7/32",
        "10.0.0.0/8, 10.0.0.0/8",
        "0.0.0.0/0, 0.0.0.0/0",
        "127.0.0.1/32, 127.0.0.1/32",
        "2001:DB8:0:0::/32, 2001:db8::/32",
        "::/0, ::/0",
        "::1, ::1/128",
        "fe80::/10, fe80::/10"
    })
    void readsNetworksAndAddresses(String text, String canonical) {
        assertThat(Network.parse(text)).hasToString(canonical);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "/8",
                "10.0.0.0/",
                "10.0.0.0/08",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "10.0.0.1/8",
                "10.1/16",
                "010.0.0.0/8",
                "256.0.0.0/8",
                "2001:db8::1/64",
                "::/129",
                "::ffff:10.0.0.0/104",
                "::ffff:10.0.0.1",
                "fe80::1%eth0",
                "[::1]",
                "example.org",
                "1.2.3.4/8/8",
                "10.0.0.0/8 ",
                "2001:db8:::/32",
                "\u0661.2.3.4"
            })
    void rejectsEverythingElse(String text) {
        assertThatThrownBy(() -> Network.parse(text)).isInstanceOf(InvalidValue.class);
    }

    @Test
    void anAddressIsInItUpToItsLastBit() throws Exception {
        SplittableRandom random = new SplittableRandom(Long.getLong("bailiwick.seed", 17));
        for (int i = 0; i < 2000; i++) {
            byte[] address = new byte[random.nextBoolean() ? 4 : 16];
            random.nextBytes(address);
            if (InetAddress.getByAddress(address).getAddress().length != address.length) {
                continue;
            }
            int prefix = random.nextInt(address.length * 8 + 1);
            byte[] first = address.clone();
            for (int bit = prefix; bit < first.length * 8; bit++) {
                first[bit / 8] &= (byte) ~(0x80 >> bit % 8);
            }
            Network network = new Network(InetAddress.getByAddress(first), prefix);

            assertThat(network.contains(InetAddress.getByAddress(address)))
                    .as("%s", network)
                    .isTrue();
            assertThat(Network.parse(network.toString())).isEqualTo(network);
            if (prefix > 0) {
                byte[] outside = address.clone();
                outside[(prefix - 1) / 8] ^= (byte) (0x80 >> (prefix - 1) % 8);
                assertThat(network.contains(InetAddress.getByAddress(outside)))
                        .as("%s", network)
                        .isFalse();
            }
        }
    }

    @Test
    void theFamiliesAreApart() throws Exception {
        assertThat(Network.parse("::/0").contains(InetAddress.getByName("10.0.0.1")))
                .isFalse();
        assertThat(Network.parse("0.0.0.0/0").contains(InetAddress.getByName("2001:db8::1")))
                .isFalse();
        assertThat(Network.parse("10.0.0.0/8").contains(Network.parse("10.1.0.0/16")))
                .isTrue();
        assertThat(Network.parse("10.1.0.0/16").contains(Network.parse("10.0.0.0/8")))
                .isFalse();
    }
}
