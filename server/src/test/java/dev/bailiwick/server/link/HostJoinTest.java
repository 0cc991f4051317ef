package dev.bailiwick.server.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.protocol.v1.AgentMessage;
import dev.bailiwick.protocol.v1.Heartbeat;
import dev.bailiwick.protocol.v1.JoinResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** How hosts join, and which certificates are refused. */
class HostJoinTest extends LinkedHosts {

    @Test
    void tokenServesOneOfAllWhoSpendItAtOnce() throws Exception {
        String token = tokens.issue(host.id());
        byte[] request = RawAgent.request(RawAgent.keys("secp256r1"));
        RawAgent agent = stranger();
        Callable<String> spend = () -> {
            try {
                return agent.join(token, request).getHostName();
            } catch (StatusRuntimeException e) {
                return e.getStatus().getCode().name();
            }
        };
        try (ExecutorService machines = Executors.newVirtualThreadPerTaskExecutor()) {
            List<String> outcomes = machines.invokeAll(List.of(spend, spend, spend, spend)).stream()
                    .map(Future::resultNow)
                    .sorted()
                    .toList();
            assertThat(outcomes)
                    .containsExactly(
                            "UNAUTHENTICATED",
                            "UNAUTHENTICATED",
                            "UNAUTHENTICATED",
                            host.name().value());
        }
    }

    @Test
    void refusesTokenThatExpiredOrWasReplacedOrNeverWas() throws Exception {
        byte[] request = RawAgent.request(RawAgent.keys("secp256r1"));
        RawAgent agent = stranger();
        String replaced = tokens.issue(host.id());
        String expired = tokens.issue(host.id());
        jdbc.sql("UPDATE join_token SET issued_at = now() - interval '2 days', expires_at = now() - interval '1 day'"
                        + " WHERE host_id = ?")
                .param(host.id().value())
                .update();
        for (String token : List.of(replaced, expired, "bwj_x." + authority.fingerprint(), "")) {
            assertThatThrownBy(() -> agent.join(token, request))
                    .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.type(StatusRuntimeException.class))
                    .extracting(e -> e.getStatus().getCode())
                    .isEqualTo(Status.Code.UNAUTHENTICATED);
        }
    }

    @Test
    void badRequestDoesNotCostTheToken() throws Exception {
        String token = tokens.issue(host.id());
        RawAgent agent = stranger();
        byte[] forged = RawAgent.request(RawAgent.keys("secp256r1"));
        forged[forged.length - 1] ^= 1;
        List<byte[]> bad = List.of(
                new byte[0], new byte[] {0x30, 0x03, 1, 2, 3}, forged, RawAgent.request(RawAgent.keys("secp384r1")));
        for (byte[] request : bad) {
            assertThatThrownBy(() -> agent.join(token, request)).hasMessageContaining("INVALID_ARGUMENT");
        }
        assertThat(agent.join(token, RawAgent.request(RawAgent.keys("secp256r1")))
                        .getHostId())
                .isEqualTo(host.id().toString());
    }

    @Test
    void refusesLinkWithoutCertificate() throws Exception {
        assertThat(stranger().open(0).end().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
    }

    @Test
    void refusesForgedCertificateInTheHandshake() throws Exception {
        JoinResponse response = stranger().join(tokens.issue(host.id()), RawAgent.request(RawAgent.keys("secp256r1")));
        X509Certificate genuine = RawAgent.certificate(response.getCertificate());
        KeyPair keys = RawAgent.keys("secp256r1");
        X509Certificate forged = ForeignAuthority.forged(genuine, host.id(), keys);
        assertThat(agent(keys, forged).open(0).end().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    }

    @Test
    void refusesRevokedCertificateAndEndsItsStream() throws Exception {
        RawAgent agent = joined();
        RawAgent.Stream stream = welcomed(agent, 0);
        certificates.revoke(OPERATOR, host.id());
        assertThat(stream.end().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
        assertThat(agent.open(0).end().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
    }

    @Test
    void joiningAgainShutsOutWhoJoinedBefore() throws Exception {
        RawAgent.Stream before = welcomed(joined(), 0);
        RawAgent.Stream after = welcomed(joined(), 0);
        assertThat(before.end().getCode()).isIn(Status.Code.UNAUTHENTICATED, Status.Code.ABORTED);
        after.say(AgentMessage.newBuilder()
                .setHeartbeat(Heartbeat.getDefaultInstance())
                .build());
        assertThat(hosts.find(host.id()).orElseThrow().connected()).isTrue();
    }

    @Test
    void refusesRetiredHost() throws Exception {
        RawAgent agent = joined();
        hosts.retire(OPERATOR, host.id());
        assertThat(agent.open(0).end().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
    }
}
