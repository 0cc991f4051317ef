package dev.bailiwick.server.ssh;

import dev.bailiwick.server.account.signin.ssh.SshSignIns;
import dev.bailiwick.server.account.stream.OpenStreams;
import dev.bailiwick.server.bounds.Bound;
import dev.bailiwick.server.jail.command.JailSessions;
import dev.bailiwick.server.jail.file.JailFileWork;
import dev.bailiwick.server.jail.forward.JailForwards;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.sshd.common.PropertyResolver;
import org.apache.sshd.common.global.KeepAliveHandler;
import org.apache.sshd.common.io.nio2.Nio2ServiceFactoryFactory;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.session.SessionHeartbeatController.HeartbeatType;
import org.apache.sshd.common.session.SessionListener;
import org.apache.sshd.common.util.threads.ThreadUtils;
import org.apache.sshd.core.CoreModuleProperties;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.auth.pubkey.UserAuthPublicKeyFactory;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.command.Command;
import org.apache.sshd.server.forward.RejectAllForwardingFilter;
import org.apache.sshd.server.global.NoMoreSessionsHandler;
import org.apache.sshd.server.session.ServerUserAuthServiceFactory;
import org.apache.sshd.server.subsystem.SubsystemFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/** The port for clients of SSH. It stops before the link, over which the hosts end their commands. */
@Component
class SshPort implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(SshPort.class);
    private static final Duration MAX_IDLE = Duration.ofHours(12);
    private static final Duration HEARTBEAT = Duration.ofMinutes(1);
    private static final int MAX_ATTEMPTS = 10;
    private static final int MAX_SECONDS_TO_END = 5;

    private final SshProperties properties;
    private final HostKey hostKey;
    private final SshSignIns signIns;
    private final OpenStreams streams;
    private final JailNames names;
    private final JailSessions sessions;
    private final JailFileWork files;
    private final JailForwards forwards;
    private @Nullable Running running;

    /** @param threads on which commands and transfers run */
    private record Running(SshServer server, ExecutorService threads) {}

    SshPort(
            SshProperties properties,
            HostKey hostKey,
            SshSignIns signIns,
            OpenStreams streams,
            JailNames names,
            JailSessions sessions,
            JailFileWork files,
            JailForwards forwards) {
        this.forwards = forwards;
        this.properties = properties;
        this.hostKey = hostKey;
        this.signIns = signIns;
        this.streams = streams;
        this.names = names;
        this.sessions = sessions;
        this.files = files;
    }

    @Override
    public void start() {
        try {
            Optional<InetSocketAddress> listen = properties.listen();
            if (listen.isPresent()) {
                ExecutorService threads = Executors.newThreadPerTaskExecutor(
                        Thread.ofVirtual().name("ssh-command-", 0).factory());
                SshServer starting = build(listen.get(), threads);
                starting.start();
                running = new Running(starting, threads);
                log.atInfo().addKeyValue("port", port()).log("clients of SSH can connect");
            }
        } catch (IOException e) {
            throw new UncheckedIOException("SSH cannot listen on " + properties.address(), e);
        }
    }

    private SshServer build(InetSocketAddress listen, ExecutorService threads) {
        SshServer built = SshServer.setUpDefaultServer();
        built.setHost(listen.getAddress().getHostAddress());
        built.setPort(listen.getPort());
        built.setKeyPairProvider(KeyPairProvider.wrap(hostKey.read()));
        Algorithms.offer(built);
        bound(built);
        // Each connection reads on at most one thread. To sign somebody in blocks for a while, which must delay nobody
        // else.
        built.setIoServiceFactoryFactory(new Nio2ServiceFactoryFactory(() -> ThreadUtils.newCachedThreadPool("ssh")));
        built.setSessionFactory(new BoundedSession.Factory(built, streams));
        built.setServiceFactories(List.of(ServerUserAuthServiceFactory.INSTANCE, new BoundedService.Factory()));
        built.setUserAuthFactories(List.of(new UserAuthPublicKeyFactory(), new PasswordSignIn.Factory(signIns)));
        built.setPublickeyAuthenticator(new KeySignIn(signIns));
        built.addSessionListener(new Connections());
        // Others have the server sign thousands of keys, or listen.
        built.setGlobalRequestHandlers(List.of(new KeepAliveHandler(), new NoMoreSessionsHandler()));
        built.setForwardingFilter(RejectAllForwardingFilter.INSTANCE);
        built.setChannelFactories(
                List.of(new JailChannel.Factory(), new PortChannel.Factory(threads, names, forwards)));
        built.setShellFactory(channel -> command(threads, Optional.empty()));
        built.setSubsystemFactories(List.of(new Sftp(threads)));
        built.setCommandFactory((channel, line) -> command(threads, Optional.of(line)));
        return built;
    }

    private static void bound(SshServer built) {
        PropertyResolver settings = built;
        CoreModuleProperties.SERVER_IDENTIFICATION.set(settings, "Bailiwick");
        CoreModuleProperties.AUTH_METHODS.set(settings, "publickey keyboard-interactive");
        CoreModuleProperties.MAX_AUTH_REQUESTS.set(settings, MAX_ATTEMPTS);
        CoreModuleProperties.AUTH_TIMEOUT.set(settings, Bound.SSH_SIGN_IN_SECONDS.seconds());
        CoreModuleProperties.IDLE_TIMEOUT.set(settings, MAX_IDLE);
        CoreModuleProperties.MAX_CONCURRENT_CHANNELS.set(settings, BoundedService.MAX_CHANNELS);
        CoreModuleProperties.WINDOW_SIZE.set(settings, (long) Bound.SSH_WINDOW_BYTES.value());
        CoreModuleProperties.SOCKET_KEEPALIVE.set(settings, true);
        CoreModuleProperties.TCP_NODELAY.set(settings, true);
        // A client that has vanished does not close its connection.
        built.setSessionHeartbeat(HeartbeatType.IGNORE, HEARTBEAT);
    }

    private JailCommand command(ExecutorService threads, Optional<String> line) {
        return new JailCommand(threads, names, sessions, line);
    }

    /** Returns the port; 0 while there is no SSH. */
    int port() {
        Running now = running;
        return now == null ? 0 : now.server().getPort();
    }

    @Override
    public void stop() {
        Running stopping = running;
        running = null;
        if (stopping == null) {
            return;
        }
        try {
            stopping.server().stop(true);
            stopping.threads().shutdown();
            // A host goes on with a command until it is asked to end it.
            if (!stopping.threads().awaitTermination(MAX_SECONDS_TO_END, TimeUnit.SECONDS)) {
                log.atWarn()
                        .log(
                                "commands of clients of SSH may go on: their hosts have not said in time that they ended them");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return running != null;
    }

    /** The subsystem of SFTP. */
    private final class Sftp implements SubsystemFactory {

        private final ExecutorService threads;

        private Sftp(ExecutorService threads) {
            this.threads = threads;
        }

        @Override
        public String getName() {
            return "sftp";
        }

        @Override
        public Command createSubsystem(ChannelSession channel) {
            return new SftpCommand(threads, names, files);
        }
    }

    /** Keeps a {@link Connection} for each session of the library. */
    private final class Connections implements SessionListener {

        @Override
        public void sessionCreated(Session session) {
            Connection.begin(session, signIns);
        }

        @Override
        public void sessionClosed(Session session) {
            Connection.of(session).ended();
        }
    }
}
