package dev.bailiwick.agent.kernel.linux.escape;

import static dev.bailiwick.agent.kernel.linux.escape.Technique.technique;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.linux.NeedsRoot;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** No jail can impersonate others on the network or reach private services of the host. */
@NeedsRoot
class NetworkEscapesTest {

    static final EscapeList LIST = new EscapeList(
            "network",
            List.of(
                    technique(
                                    "abstract-socket",
                                    "an abstract UNIX socket of the host (CVE-2020-15257)",
                                    "network namespace")
                            .of("C1"),
                    technique("host-loopback", "a service on the host's loopback address", "network namespace")
                            .of("C1"),
                    technique(
                                    "host-by-gateway",
                                    "a service of the host on every address, by the jail's gateway",
                                    "network guard")
                            .of("G5"),
                    technique("host-by-address", "the same by an IPv4 address of the host", "network guard")
                            .of("G5"),
                    technique("host-by-address-v6", "the same by an IPv6 address of the host", "network guard")
                            .of("G5"),
                    technique("neighbour", "a service of another customer's jail, IPv4", "network guard")
                            .of("G6"),
                    technique("neighbour-v6", "a service of another customer's jail, IPv6", "network guard")
                            .of("G6"),
                    technique("packet-socket", "a packet socket", "filter, capabilities")
                            .of("C3"),
                    technique("raw-socket", "a raw IPv4 socket", "capabilities").of("C3"),
                    technique("raw-socket-v6", "a raw IPv6 socket", "capabilities")
                            .of("C3", "C7"),
                    technique("frame-ring", "AF_XDP", "filter").mayBeAbsent().of("C3"),
                    technique("take-address", "give an address that is not the jail's to the link", "capabilities")
                            .of("C4"),
                    technique("govern-link", "change the link", "capabilities").of("C4"),
                    technique("bind-address", "bind an address that is not the jail's", "network namespace")
                            .of("C4"),
                    technique("transparent", "IP_TRANSPARENT", "capabilities").of("C4"),
                    technique(
                                    "spoof-v4",
                                    "send from an IPv4 address that is not the jail's",
                                    "network namespace, the host's end of the link, network guard")
                            .of("C4"),
                    technique(
                                    "spoof-v6",
                                    "send from an IPv6 address that is not the jail's (IPV6_FREEBIND)",
                                    "the host's end of the link, network guard")
                            .of("C4")));

    @Test
    void hearsOnlyWhatIsSentFromTheJailsOwnAddress() throws Exception {
        try (EscapeAttempts attempts = new EscapeAttempts()) {
            assertThat(attempts.heardFromRootInANetworkOfAJail()).containsExactly("honest-v6");
        }
    }

    @TestFactory
    Stream<DynamicNode> noneSucceeds() throws Exception {
        return LIST.tests();
    }
}
