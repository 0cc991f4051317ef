package dev.bailiwick.benchmarks.agent;

import dev.bailiwick.jail.desired.DesiredJail;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A server that only speaks the link's protocol: it sends desired states, receives reports, and stores nothing. */
final class LocalServer extends LinkGrpc.LinkImplBase implements AutoCloseable {

    private static final long MAX_NANOS = TimeUnit.MINUTES.toNanos(10);

    private final Server server;
    private final Map<String, String> phases = new ConcurrentHashMap<>();
    private final BlockingQueue<Long> accepted = new LinkedBlockingQueue<>();
    private final Set<DesiredJail> desired = ConcurrentHashMap.newKeySet();
    private long revision;
    private volatile @Nullable StreamObserver<ServerMessage> agent;

    LocalServer(Path directory) throws Exception {
        Path file = directory.resolve("key.p12");
        keytool(file, "-alias", "authority", "-dname", "CN=bench authority", "-ext", "bc:c");
        keytool(file, "-alias", "host", "-dname", "CN=bench", "-ext", "san=ip:127.0.0.1", "-signer", "authority");
        KeyStore keys = KeyStore.getInstance(file.toFile(), "changeit".toCharArray());
        PrivateKey key = (PrivateKey) keys.getKey("host", "changeit".toCharArray());
        X509Certificate certificate = (X509Certificate) keys.getCertificate("host");
        X509Certificate authority = (X509Certificate) keys.getCertificate("authority");
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .sslContext(GrpcSslContexts.configure(
                                SslContextBuilder.forServer(key, certificate, authority), SslProvider.JDK)
                        .trustManager(authority)
                        .clientAuth(ClientAuth.REQUIRE)
                        .build())
                .permitKeepAliveTime(5, TimeUnit.SECONDS)
                .addService(this)
                .build()
                .start();
        Path state = Files.createDirectories(directory.resolve("state"));
        Files.writeString(
                state.resolve("identity.pem"),
                "Host: " + UUID.randomUUID() + "\nName: bench\nServer: 127.0.0.1:" + server.getPort() + "\n"
                        + pem("PRIVATE KEY", key.getEncoded()) + pem("CERTIFICATE", certificate.getEncoded())
                        + pem("CERTIFICATE", authority.getEncoded()));
    }

    private static void keytool(Path file, String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home", ""), "bin/keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-keystore",
                file.toString(),
                "-storepass",
                "changeit"));
        command.addAll(List.of(options));
        if (new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor()
                != 0) {
            throw new IllegalStateException("keytool cannot create a key");
        }
    }

    private static String pem(String label, byte[] content) {
        return "-----BEGIN " + label + "-----\n" + Base64.getMimeEncoder().encodeToString(content) + "\n-----END "
                + label + "-----\n";
    }

    @Override
    public synchronized StreamObserver<AgentMessage> session(StreamObserver<ServerMessage> responses) {
        return new StreamObserver<>() {
            @Override
            public void onNext(AgentMessage message) {
                switch (message.getMessageCase()) {
                    case HELLO -> hello(responses, message.getHello().getAcceptedRevision());
                    case ACCEPTED -> accepted.add(message.getAccepted().getRevision());
                    case REPORTS ->
                        message.getReports()
                                .getReportsList()
                                .forEach(one -> phases.put(one.getJailId(), one.getPhase()));
                    default -> {}
                }
            }

            @Override
            public void onError(Throwable failure) {}

            @Override
            public void onCompleted() {}
        };
    }

    private synchronized void hello(StreamObserver<ServerMessage> responses, long agentHas) {
        agent = responses;
        responses.onNext(ServerMessage.newBuilder()
                .setWelcome(Welcome.newBuilder().setHeartbeatIntervalMillis(5_000))
                .build());
        if (agentHas < revision) {
            responses.onNext(ServerMessage.newBuilder()
                    .setSnapshotBegin(SnapshotBegin.getDefaultInstance())
                    .build());
            desired.forEach(one -> responses.onNext(Wire.toWire(one)));
            commit(responses);
        }
    }

    private void commit(StreamObserver<ServerMessage> responses) {
        responses.onNext(ServerMessage.newBuilder()
                .setCommit(Commit.newBuilder().setRevision(revision))
                .build());
    }

    synchronized void desire(List<DesiredJail> jails) {
        desired.clear();
        desired.addAll(jails);
        forgetAgent();
        revision++;
    }

    /** Sends a definition, and returns once the agent has reported that it is durable. */
    void change(DesiredJail jail) throws InterruptedException {
        accepted.clear();
        synchronized (this) {
            revision++;
            desired.removeIf(one -> one.id().equals(jail.id()));
            desired.add(jail);
            StreamObserver<ServerMessage> connected = connected();
            connected.onNext(Wire.toWire(jail));
            commit(connected);
        }
        if (accepted.poll(30, TimeUnit.SECONDS) == null) {
            throw new IllegalStateException("a change was not accepted");
        }
    }

    /** Sends the removal of all jails; returns their number. */
    synchronized int removeAll() {
        revision++;
        StreamObserver<ServerMessage> connected = connected();
        for (DesiredJail one : desired) {
            DesiredJail.Present kept = (DesiredJail.Present) one;
            connected.onNext(Wire.toWire((DesiredJail) new DesiredJail.Removed(
                    kept.id(),
                    kept.generation() + 1,
                    kept.definition().path(),
                    kept.definition().base(),
                    DesiredJail.FilesFate.DELETED)));
        }
        commit(connected);
        return desired.size();
    }

    private StreamObserver<ServerMessage> connected() {
        StreamObserver<ServerMessage> connected = agent;
        if (connected == null) {
            throw new IllegalStateException("no agent is connected");
        }
        return connected;
    }

    /** Forgets the agent, which has ended, and its reports; the next agent must report all jails. */
    synchronized void forgetAgent() {
        agent = null;
        phases.clear();
    }

    void awaitReports(String phase, int count) throws InterruptedException {
        await(
                () -> agent != null
                        && phases.values().stream().filter(phase::equals).count() >= count,
                count + " jails " + phase);
    }

    private static void await(BooleanSupplier condition, String what) throws InterruptedException {
        long deadline = System.nanoTime() + MAX_NANOS;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("not done in time: " + what);
            }
            TimeUnit.MILLISECONDS.sleep(2);
        }
    }

    @Override
    public void close() {
        server.shutdownNow();
    }
}
