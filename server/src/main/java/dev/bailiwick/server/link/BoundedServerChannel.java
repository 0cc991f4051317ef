package dev.bailiwick.server.link;

import dev.bailiwick.server.bounds.Bound;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelFuture;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Accepts a limited number of connections, and closes further ones before it reads anything from them. */
final class BoundedServerChannel extends NioServerSocketChannel {

    private static final Logger log = LoggerFactory.getLogger(BoundedServerChannel.class);

    private final AtomicInteger open = new AtomicInteger();
    private boolean full;

    @Override
    protected int doReadMessages(List<Object> accepted) throws Exception {
        int count = super.doReadMessages(accepted);
        if (count <= 0 || !(accepted.getLast() instanceof Channel connection)) {
            return count;
        }
        if (open.get() < Bound.LINK_CONNECTIONS.value()) {
            full = false;
            open.incrementAndGet();
            ChannelFuture _ = connection.closeFuture().addListener(_ -> open.decrementAndGet());
            return count;
        }
        if (!full) {
            full = true;
            log.atWarn().addKeyValue("connections", open.get()).log("Closing further connections of agents");
        }
        accepted.removeLast();
        connection.unsafe().closeForcibly();
        return 0;
    }
}
