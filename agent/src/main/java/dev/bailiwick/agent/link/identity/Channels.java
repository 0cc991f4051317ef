package dev.bailiwick.agent.link.identity;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NegotiationType;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** Opens connections that share one input/output thread. */
public final class Channels implements AutoCloseable {

    static {
        // This must come before any class of netty is initialised. Otherwise netty would unpack its native transport
        // into a shared
        // temporary directory and load it as root. A single connection does not need that transport.
        System.setProperty("io.grpc.netty.shaded.io.netty.transport.noNative", "true");
    }

    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(
            1, Thread.ofPlatform().daemon().name("link-io").factory(), NioIoHandler.newFactory());

    /** Opens a connection whose callbacks run on gRPC's own threads. */
    ManagedChannel open(ServerAddress server, SslContext tls) {
        return builder(server).sslContext(tls).build();
    }

    /** @param callbacks runs the callbacks of this connection */
    ManagedChannel open(ServerAddress server, SslContext tls, Executor callbacks) {
        return builder(server).sslContext(tls).executor(callbacks).build();
    }

    /**
     * @param callbacks runs the callbacks of this connection
     * @param window how many bytes of one call are held unread
     */
    ManagedChannel open(ServerAddress server, SslContext tls, Executor callbacks, int window) {
        return builder(server)
                .sslContext(tls)
                .executor(callbacks)
                .flowControlWindow(window)
                .build();
    }

    private NettyChannelBuilder builder(ServerAddress server) {
        return NettyChannelBuilder.forAddress(server.host(), server.port())
                .negotiationType(NegotiationType.TLS)
                .eventLoopGroup(loop)
                .channelType(NioSocketChannel.class)
                .disableRetry()
                .maxInboundMessageSize(4 << 20)
                // A server that has vanished does not end the stream.
                .keepAliveTime(10, TimeUnit.SECONDS)
                .keepAliveTimeout(5, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        if (!loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS)) {
            throw new IllegalStateException("The link's connections do not end");
        }
    }
}
