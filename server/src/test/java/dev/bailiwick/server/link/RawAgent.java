package dev.bailiwick.server.link;

import com.google.protobuf.ByteString;
import dev.bailiwick.protocol.v1.AgentMessage;
import dev.bailiwick.protocol.v1.Capability;
import dev.bailiwick.protocol.v1.EnrolmentGrpc;
import dev.bailiwick.protocol.v1.Hello;
import dev.bailiwick.protocol.v1.HostFacts;
import dev.bailiwick.protocol.v1.JoinRequest;
import dev.bailiwick.protocol.v1.JoinResponse;
import dev.bailiwick.protocol.v1.LinkGrpc;
import dev.bailiwick.protocol.v1.Pools;
import dev.bailiwick.protocol.v1.ServerMessage;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/** A connection to the link that sends exactly the messages of a test. */
final class RawAgent implements AutoCloseable {

    private final ManagedChannel channel;

    private RawAgent(SslContextBuilder tls, X509Certificate authority, int port) throws IOException {
        this.channel = NettyChannelBuilder.forAddress("127.0.0.1", port)
                .sslContext(
                        GrpcSslContexts.configure(tls).trustManager(authority).build())
                .build();
    }

    static RawAgent stranger(X509Certificate authority, int port) throws IOException {
        return new RawAgent(SslContextBuilder.forClient(), authority, port);
    }

    static RawAgent of(KeyPair keys, X509Certificate certificate, X509Certificate authority, int port)
            throws IOException {
        return new RawAgent(SslContextBuilder.forClient().keyManager(keys.getPrivate(), certificate), authority, port);
    }

    static KeyPair keys(String curve) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(curve));
        return generator.generateKeyPair();
    }

    static byte[] request(KeyPair keys) throws IOException, OperatorCreationException {
        return new JcaPKCS10CertificationRequestBuilder(new X500Name("CN=any"), keys.getPublic())
                .build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()))
                .getEncoded();
    }

    /** Joins; tries again after too many attempts, as the tests of one server share that limit. */
    JoinResponse join(String token, byte[] request) {
        JoinRequest join = JoinRequest.newBuilder()
                .setToken(token)
                .setCertificateRequest(ByteString.copyFrom(request))
                .build();
        return Awaitility.await()
                .atMost(1, TimeUnit.MINUTES)
                .ignoreExceptionsMatching(e -> Status.fromThrowable(e).getCode() == Status.Code.RESOURCE_EXHAUSTED)
                .until(
                        () -> EnrolmentGrpc.newBlockingStub(channel)
                                .withDeadlineAfter(20, TimeUnit.SECONDS)
                                .join(join),
                        Objects::nonNull);
    }

    static X509Certificate certificate(ByteString der) throws GeneralSecurityException {
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(der.toByteArray()));
    }

    Stream open(long acceptedRevision) {
        return greet(hello(acceptedRevision));
    }

    static Hello hello(long acceptedRevision) {
        return Hello.newBuilder()
                .setAcceptedRevision(acceptedRevision)
                .setAgentVersion("1")
                .setFacts(HostFacts.newBuilder()
                        .setKernelRelease("6.18")
                        .setArchitecture("x86_64")
                        .setOs("Debian")
                        .setCpus(2)
                        .setMemoryBytes(1L << 30)
                        .setBootId("boot")
                        .setRootBase("/jails")
                        .addCapabilities(Capability.newBuilder()
                                .setName("filter")
                                .setReason("there is none")
                                .addRefuses("log")
                                .addRefuses("deny:ptrace")))
                .build();
    }

    Stream greet(Hello hello) {
        return begin(new Stream(), hello);
    }

    /** Opens a stream that requests none of the server's messages. */
    Stream openDeaf(Hello hello) {
        return begin(new DeafStream(), hello);
    }

    private Stream begin(Stream stream, Hello hello) {
        stream.requests = LinkGrpc.newStub(channel).session(stream);
        stream.say(AgentMessage.newBuilder().setHello(hello).build());
        return stream;
    }

    /** Opens a call for the stream of this ticket. */
    CarriedStream carry(ByteString ticket) {
        return new CarriedStream(channel, ticket);
    }

    /** Opens a call for a stream without a ticket. */
    CarriedStream carry() {
        return new CarriedStream(channel);
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }

    /** The messages of the server in their order, with those about pools separate, and the end of the stream. */
    static class Stream implements StreamObserver<ServerMessage> {

        private final BlockingQueue<Pools> pools = new LinkedBlockingQueue<>();
        private final BlockingQueue<ServerMessage> received = new LinkedBlockingQueue<>();
        private final CompletableFuture<Status> end = new CompletableFuture<>();
        private StreamObserver<AgentMessage> requests = new StreamObserver<>() {
            @Override
            public void onNext(AgentMessage message) {}

            @Override
            public void onError(Throwable failure) {}

            @Override
            public void onCompleted() {}
        };

        void say(AgentMessage message) {
            requests.onNext(message);
        }

        void leave() {
            requests.onCompleted();
        }

        ServerMessage next() throws InterruptedException {
            ServerMessage message = received.poll(30, TimeUnit.SECONDS);
            if (message == null) {
                throw new AssertionError("the server said nothing for 30 s; ended: " + end.getNow(null));
            }
            return message;
        }

        Pools nextPools() throws InterruptedException {
            Pools next = pools.poll(30, TimeUnit.SECONDS);
            if (next == null) {
                throw new AssertionError("the server said nothing of pools for 30 s; ended: " + end.getNow(null));
            }
            return next;
        }

        boolean isSilentFor(int millis) throws InterruptedException {
            return received.poll(millis, TimeUnit.MILLISECONDS) == null;
        }

        Status end() {
            return end.orTimeout(30, TimeUnit.SECONDS).join();
        }

        @Override
        public void onNext(ServerMessage message) {
            if (message.hasPools()) {
                pools.add(message.getPools());
            } else if (!message.hasNetworks()) {
                received.add(message);
            }
        }

        @Override
        public void onError(Throwable failure) {
            end.complete(Status.fromThrowable(failure));
        }

        @Override
        public void onCompleted() {
            end.complete(Status.OK);
        }
    }

    private static final class DeafStream extends Stream
            implements ClientResponseObserver<AgentMessage, ServerMessage> {
        @Override
        public void beforeStart(ClientCallStreamObserver<AgentMessage> requestStream) {
            requestStream.disableAutoRequestWithInitial(0);
        }
    }
}
