package dev.bailiwick.agent.kernel.linux;

import static dev.bailiwick.agent.kernel.linux.Technique.technique;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** No jail is somebody else on the network, and none reaches what the host keeps to itself. */
@NeedsRoot
class NetworkEscapesTest {

    private static final EscapeList LIST = new EscapeList(
            "network",
            List.of(
                    technique(
                            "abstract-socket",
                            "an abstract UNIX socket of the host (CVE-2020-15257)",
                            "network namespace"),
                    technique("host-loopback", "a service on the host's loopback address", "network namespace"),
                    technique("packet-socket", "a packet socket", "filter, capabilities"),
                    technique("raw-socket", "a raw IPv4 socket", "capabilities"),
                    technique("raw-socket-v6", "a raw IPv6 socket", "capabilities"),
                    technique("frame-ring", "AF_XDP", "filter").mayBeAbsent(),
                    technique("take-address", "give a neighbour's address to the link", "capabilities"),
                    technique("govern-link", "change the link", "capabilities"),
                    technique("bind-address", "bind a neighbour's address", "network namespace"),
                    technique("transparent", "IP_TRANSPARENT", "capabilities"),
                    technique(
                            "spoof-v4",
                            "send from an IPv4 address that is not the jail's",
                            "network namespace, the host's end of the link"),
                    technique(
                            "spoof-v6",
                            "send from an IPv6 address that is not the jail's (IPV6_FREEBIND)",
                            "the host's end of the link")));

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
