package dev.bailiwick.agent.training;

import dev.bailiwick.agent.link.identity.Channels;
import dev.bailiwick.agent.link.identity.Identity;
import dev.bailiwick.agent.link.identity.ServerAddress;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.Hostname;
import dev.bailiwick.jail.IpAddresses;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.JailName;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.WantedState;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.process.Command;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.protocol.Wire;
import dev.bailiwick.protocol.v1.AgentMessage;
import dev.bailiwick.protocol.v1.Commit;
import dev.bailiwick.protocol.v1.LinkGrpc;
import dev.bailiwick.protocol.v1.ServerMessage;
import dev.bailiwick.protocol.v1.SnapshotBegin;
import dev.bailiwick.protocol.v1.Welcome;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslProvider;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * The server in a training run, on the loopback interface. It sends the first agent the definition of one jail, and the second
 * agent the removal of that jail.
 */
final class TrainingServer extends LinkGrpc.LinkImplBase implements AutoCloseable {

    /** A key store with an authority, a key, and the key's certificate for 127.0.0.1, which the authority has signed. */
    static final String KEYS = "training.p12";

    private static final char[] PASSWORD = "training".toCharArray();

    private static final DesiredJail.Present JAIL = new DesiredJail.Present(
            JailId.parse("00000000-0000-4000-8000-000000000000"),
            1,
            new JailDefinition(
                    new JailName("training"),
                    new Hostname("training.example"),
                    new RootPath("/jails/training"),
                    new Base.Thin(),
                    IpAddresses.of("192.0.2.1"),
                    Policy.of(Profile.HOSTING),
                    new Command(List.of("/bin/true"), Map.of("LANG", "C.UTF-8")),
                    Limits.NONE,
                    WantedState.RUNNING));

    private final CountDownLatch runs = new CountDownLatch(1);
    private final CountDownLatch gone = new CountDownLatch(1);
    private final Server server;

    /** @param directory contains {@link #KEYS}; the constructor stores the agents' identity there */
    TrainingServer(Path directory) throws IOException, GeneralSecurityException {
        // Channels sets a property that must be set before any class of netty is initialised.
        try (Channels first = new Channels()) {
            KeyStore keys = KeyStore.getInstance(directory.resolve(KEYS).toFile(), PASSWORD);
            PrivateKey key = (PrivateKey) keys.getKey("training", PASSWORD);
            X509Certificate certificate = (X509Certificate) keys.getCertificate("training");
            X509Certificate authority = (X509Certificate) keys.getCertificate("authority");
            server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                    .sslContext(GrpcSslContexts.configure(
                                    SslContextBuilder.forServer(key, certificate, authority), SslProvider.JDK)
                            .trustManager(authority)
                            .clientAuth(ClientAuth.REQUIRE)
                            .build())
                    .addService(this)
                    .build()
                    .start();
            ServerAddress address = new ServerAddress("127.0.0.1", server.getPort());
            new Identity("training", "training", address, key, certificate, authority).storeIn(directory);
        }
    }

    /** Returns a latch that opens when an agent has reported the jail running. */
    CountDownLatch runs() {
        return runs;
    }

    /** Returns a latch that opens when an agent has reported the jail removed. */
    CountDownLatch isGone() {
        return gone;
    }

    @Override
    public StreamObserver<AgentMessage> session(StreamObserver<ServerMessage> responses) {
        return new StreamObserver<>() {

            @Override
            public void onNext(AgentMessage message) {
                if (message.hasHello()) {
                    responses.onNext(ServerMessage.newBuilder()
                            .setWelcome(Welcome.newBuilder().setHeartbeatIntervalMillis(100))
                            .build());
                    if (message.getHello().getAcceptedRevision() == 0) {
                        responses.onNext(ServerMessage.newBuilder()
                                .setSnapshotBegin(SnapshotBegin.getDefaultInstance())
                                .build());
                        commit(1, JAIL);
                    } else {
                        commit(2, removal());
                    }
                }
                message.getReports().getReportsList().forEach(report -> {
                    if (report.getPhase().equals(Phase.RUNNING.text())) {
                        runs.countDown();
                    } else if (report.getPhase().equals(Phase.REMOVED.text())) {
                        gone.countDown();
                    }
                });
            }

            private void commit(long revision, DesiredJail desired) {
                responses.onNext(Wire.toWire(desired));
                responses.onNext(ServerMessage.newBuilder()
                        .setCommit(Commit.newBuilder().setRevision(revision))
                        .build());
            }

            @Override
            public void onError(Throwable failure) {}

            @Override
            public void onCompleted() {}
        };
    }

    private static DesiredJail removal() {
        return new DesiredJail.Removed(
                JAIL.id(),
                JAIL.generation() + 1,
                JAIL.definition().path(),
                JAIL.definition().base(),
                DesiredJail.FilesFate.DELETED);
    }

    @Override
    public void close() {
        server.shutdownNow();
    }
}
