package dev.bailiwick.server.request;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.env.MockEnvironment;

class ServerNamesTest {

    private final ServerNames names = new ServerNames(new MockEnvironment()
            .withProperty("bailiwick.names", "jails.example,2001:db8::7,192.0.2.7")
            .withProperty("bailiwick.link.advertise", "agents.example:8444"));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "localhost:8443",
                "LOCALHOST.",
                "127.0.0.1:8443",
                "127.8.9.10",
                "[::1]",
                "[::1]:8443",
                "[0:0:0:0:0:0:0:1]:8443",
                "jails.example",
                "Jails.Example:443",
                "jails.example.:443",
                "agents.example",
                "192.0.2.7:1",
                "[2001:db8:0::7]:8443",
                "198.51.100.9:8443",
                "localhost:"
            })
    void includesTheNamesThatAreSetAndTheMachinesOwn(String header) {
        assertThat(names.include(header, "198.51.100.9")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "evil.example",
                "localhost.evil.example",
                "jails.example.evil.example",
                "evil.example:8443",
                "jails.example@evil.example",
                "jails.example:80:90",
                "jails.example:8443evil",
                "localhost, evil.example",
                "198.51.100.10",
                "[2001:db8::8]",
                "2001:db8::7",
                "[2001:db8::7",
                "[2001:db8::7]evil",
                "[jails.example]",
                "[127.0.0.1]",
                ":8443",
                "[]"
            })
    void includesNothingElse(String header) {
        assertThat(names.include(header, "198.51.100.9")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"[fe80::1]:8443"})
    void takesALinkLocalAddressForItsOwnWhateverTheLink(String header) {
        assertThat(names.include(header, "fe80::1%eth0")).isTrue();
        assertThat(names.include(header, "fe80::2%eth0")).isFalse();
    }
}
