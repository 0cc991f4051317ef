package dev.bailiwick.server.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.protocol.v1.Accepted;
import dev.bailiwick.protocol.v1.AgentMessage;
import dev.bailiwick.protocol.v1.JoinResponse;
import dev.bailiwick.server.TestDatabase;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.host.Host;
import dev.bailiwick.server.host.HostName;
import dev.bailiwick.server.host.Hosts;
import dev.bailiwick.server.host.certificate.Authority;
import dev.bailiwick.server.host.certificate.HostCertificates;
import dev.bailiwick.server.host.certificate.JoinTokens;
import dev.bailiwick.server.network.Pools;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A link server with one host, whose agent each test plays. */
@SpringBootTest(webEnvironment = WebEnvironment.NONE)
@Import(TestDatabase.class)
abstract class LinkedHosts {

    static final Caller OPERATOR = Caller.staff(new UserId(UUID.randomUUID()), "ops", Role.OWNER);

    @Autowired
    LinkServer server;

    @Autowired
    Authority authority;

    @Autowired
    Hosts hosts;

    @Autowired
    JoinTokens tokens;

    @Autowired
    HostCertificates certificates;

    @Autowired
    Pools pools;

    @Autowired
    JdbcClient jdbc;

    final List<RawAgent> agents = new ArrayList<>();

    Host host;

    @BeforeEach
    void defineHost() {
        host = hosts.define(OPERATOR, new HostName("h" + UUID.randomUUID()));
    }

    @AfterEach
    void closeConnections() {
        agents.forEach(RawAgent::close);
    }

    RawAgent stranger() throws Exception {
        RawAgent agent = RawAgent.stranger(authority.certificate(), server.port());
        agents.add(agent);
        return agent;
    }

    RawAgent joined() throws Exception {
        KeyPair keys = RawAgent.keys("secp256r1");
        JoinResponse response = stranger().join(tokens.issue(host.id()), RawAgent.request(keys));
        return agent(keys, RawAgent.certificate(response.getCertificate()));
    }

    RawAgent agent(KeyPair keys, X509Certificate certificate) throws Exception {
        RawAgent agent = RawAgent.of(keys, certificate, authority.certificate(), server.port());
        agents.add(agent);
        return agent;
    }

    static RawAgent.Stream welcomed(RawAgent agent, long accepted) throws InterruptedException {
        RawAgent.Stream stream = agent.open(accepted);
        assertThat(stream.next().getWelcome().getHeartbeatIntervalMillis()).isEqualTo(10_000);
        return stream;
    }

    static AgentMessage accepted(long revision) {
        return AgentMessage.newBuilder()
                .setAccepted(Accepted.newBuilder().setRevision(revision))
                .build();
    }
}
