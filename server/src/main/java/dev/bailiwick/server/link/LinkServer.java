package dev.bailiwick.server.link;

import dev.bailiwick.protocol.v1.AgentMessage;
import dev.bailiwick.protocol.v1.CarrierGrpc;
import dev.bailiwick.protocol.v1.CarryDown;
import dev.bailiwick.protocol.v1.CarryUp;
import dev.bailiwick.protocol.v1.LinkGrpc;
import dev.bailiwick.protocol.v1.ServerMessage;
import dev.bailiwick.server.bounds.Bound;
import dev.bailiwick.server.database.RowAccess;
import dev.bailiwick.server.denial.Denials;
import dev.bailiwick.server.figure.Figures;
import dev.bailiwick.server.host.Histories;
import dev.bailiwick.server.host.HostConnections;
import dev.bailiwick.server.host.certificate.Authority;
import dev.bailiwick.server.host.certificate.HostCertificates;
import dev.bailiwick.server.host.certificate.ServerIdentity;
import dev.bailiwick.server.jail.DesiredStates;
import dev.bailiwick.server.jail.JailReports;
import dev.bailiwick.server.jail.difference.ReportedDifferences;
import dev.bailiwick.server.jail.files.KeptFilesStore;
import dev.bailiwick.server.link.stream.CarriedCall;
import dev.bailiwick.server.link.stream.CarriedCalls;
import dev.bailiwick.server.network.Pools;
import dev.bailiwick.server.network.member.NetworkMembers;
import dev.bailiwick.server.notification.Notifications;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * The port for agents, with TLS 1.3. A client certificate is optional, but must be signed by our authority, or the handshake fails.
 * JoinProgress needs none; the link does. Calls are handled on virtual threads.
 */
@Component
class LinkServer implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(LinkServer.class);

    private static final long REVOCATION_SECONDS = 2;
    private static final Duration MAX_GREETING = Duration.ofSeconds(10);

    private final Authority authority;
    private final HostCertificates certificates;
    private final EnrolmentService enrolment;
    private final LinkProperties properties;
    private final Sessions sessions;
    private final SessionContext context;
    private final CarriedCalls calls;
    private final ExecutorService executor = Executors.newThreadPerTaskExecutor(
            // A host reports about jails of all customers.
            RowAccess.everything().threads(Thread.ofVirtual().name("link-", 0).factory()));
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("link-silence").factory());
    private List<EventLoopGroup> loops = List.of();
    private @Nullable Server server;
    private @Nullable ScheduledFuture<?> silence;
    private @Nullable ScheduledFuture<?> revocations;

    LinkServer(
            Authority authority,
            HostCertificates certificates,
            EnrolmentService enrolment,
            LinkProperties properties,
            Sessions sessions,
            HostConnections connections,
            Histories histories,
            DesiredStates desired,
            JailReports reports,
            ReportedDifferences differences,
            KeptFilesStore files,
            Denials denials,
            Figures figures,
            Pools pools,
            NetworkMembers networks,
            Notifications notifications,
            CarriedCalls calls,
            Clock clock) {
        this.calls = calls;
        this.authority = authority;
        this.certificates = certificates;
        this.enrolment = enrolment;
        this.properties = properties;
        this.sessions = sessions;
        this.context = new SessionContext(
                connections,
                histories,
                desired,
                reports,
                differences,
                files,
                denials,
                figures,
                pools,
                networks,
                notifications,
                sessions,
                properties.heartbeat(),
                clock);
    }

    /** Stops after all that ends its work at hosts when it stops, and before the web server. */
    @Override
    public int getPhase() {
        return Integer.MAX_VALUE - 200;
    }

    @Override
    public void start() {
        EventLoopGroup acceptor = loops(1);
        EventLoopGroup workers = loops(Runtime.getRuntime().availableProcessors());
        loops = List.of(acceptor, workers);
        try {
            server = NettyServerBuilder.forAddress(properties.listen())
                    .channelFactory(BoundedServerChannel::new)
                    .bossEventLoopGroup(acceptor)
                    .workerEventLoopGroup(workers)
                    .sslContext(tls())
                    .executor(executor)
                    .addService(ServerInterceptors.intercept(enrolment, new JoinRateLimit(timer)))
                    .addService(ServerInterceptors.intercept(
                            new Service(), Peer.identifying(certificates), StreamLimit.ofSessions()))
                    .addService(ServerInterceptors.intercept(
                            new Carrier(), Peer.identifying(certificates), StreamLimit.ofDialled()))
                    .maxInboundMessageSize(Bound.LINK_MESSAGE_BYTES.value())
                    .maxInboundMetadataSize(Bound.LINK_METADATA_BYTES.value())
                    .maxConcurrentCallsPerConnection(Bound.LINK_CALLS.value())
                    .flowControlWindow(Bound.LINK_WINDOW_BYTES.value())
                    .handshakeTimeout(Bound.LINK_HANDSHAKE_SECONDS.value(), TimeUnit.SECONDS)
                    .maxConnectionIdle(Bound.LINK_IDLE_SECONDS.value(), TimeUnit.SECONDS)
                    // A host that vanished does not close its connection.
                    .keepAliveTime(15, TimeUnit.SECONDS)
                    .keepAliveTimeout(5, TimeUnit.SECONDS)
                    .permitKeepAliveTime(5, TimeUnit.SECONDS)
                    .build()
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("The link cannot listen on " + properties.address(), e);
        }
        long every = properties.heartbeat().toMillis();
        silence = timer.scheduleWithFixedDelay(
                () -> sessions.all().forEach(HostSession::checkSilence), every, every, TimeUnit.MILLISECONDS);
        revocations = timer.scheduleWithFixedDelay(
                () -> executor.execute(calls::endRevoked), REVOCATION_SECONDS, REVOCATION_SECONDS, TimeUnit.SECONDS);
        log.atInfo().addKeyValue("port", port()).log("hosts can connect");
    }

    private static EventLoopGroup loops(int threads) {
        return new MultiThreadIoEventLoopGroup(
                threads, Thread.ofPlatform().daemon().name("link-io-", 0).factory(), NioIoHandler.newFactory());
    }

    private SslContext tls() throws IOException {
        Set<String> names = Stream.of(properties.advertise(), properties.replica())
                .filter(address -> !address.isEmpty())
                .map(LinkProperties::hostOf)
                .collect(Collectors.toSet());
        ServerIdentity identity = authority.serverIdentity(names);
        return GrpcSslContexts.configure(SslContextBuilder.forServer(
                        identity.key(), identity.chain().toArray(X509Certificate[]::new)))
                .trustManager(authority.certificate())
                .clientAuth(ClientAuth.OPTIONAL)
                .protocols("TLSv1.3")
                .build();
    }

    /** Returns the port; 0 while the server is not listening. */
    int port() {
        return server == null ? 0 : server.getPort();
    }

    @Override
    public void stop() {
        Server running = server;
        if (running == null) {
            return;
        }
        server = null;
        if (silence != null) {
            silence.cancel(false);
        }
        if (revocations != null) {
            revocations.cancel(false);
        }
        running.shutdown();
        sessions.all().forEach(session -> session.end(Status.UNAVAILABLE.withDescription("this server is stopping")));
        try {
            if (!running.awaitTermination(2, TimeUnit.SECONDS)) {
                running.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            running.shutdownNow();
        }
        for (EventLoopGroup group : loops) {
            Future<?> _ = group.shutdownGracefully(0, 2, TimeUnit.SECONDS);
        }
    }

    @Override
    public boolean isRunning() {
        return server != null;
    }

    /** The call of the link. */
    private final class Service extends LinkGrpc.LinkImplBase {
        @Override
        public StreamObserver<AgentMessage> session(StreamObserver<ServerMessage> responses) {
            HostSession session = new HostSession(
                    Peer.current(), context, (ServerCallStreamObserver<ServerMessage>) responses, executor);
            var _ = timer.schedule(
                    () -> executor.execute(session::checkGreeting), MAX_GREETING.toMillis(), TimeUnit.MILLISECONDS);
            return session;
        }
    }

    /** The calls that carry streams. */
    private final class Carrier extends CarrierGrpc.CarrierImplBase {
        @Override
        public StreamObserver<CarryUp> carry(StreamObserver<CarryDown> responses) {
            Peer peer = Peer.current();
            CarriedCall call =
                    calls.begin(peer.host(), peer.certificate(), (ServerCallStreamObserver<CarryDown>) responses);
            var _ = timer.schedule(
                    () -> executor.execute(call::checkTicket), MAX_GREETING.toMillis(), TimeUnit.MILLISECONDS);
            return call;
        }
    }
}
