package dev.bailiwick.server.link;

import dev.bailiwick.server.bounds.Bound;
import dev.bailiwick.server.bounds.PeerKey;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Limits the work that machines without a certificate can cause: joining costs a signature check and a transaction. Tokens cannot
 * be guessed at any rate.
 */
final class JoinRateLimit implements ServerInterceptor {

    private final Bucket everyone = bucket(200, 20);
    private final Map<String, Bucket> byAddress = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
            return size() > Bound.JOIN_ADDRESSES.value();
        }
    };

    private final Semaphore atOnce = new Semaphore(Bound.JOINS_AT_ONCE.value());
    private final ScheduledExecutorService timer;

    JoinRateLimit(ScheduledExecutorService timer) {
        this.timer = timer;
    }

    private static Bucket bucket(int burst, int perSecond) {
        return Bucket.builder()
                .addLimit(Bandwidth.builder()
                        .capacity(burst)
                        .refillGreedy(perSecond, Duration.ofSeconds(1))
                        .build())
                .build();
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        if (ofAddress(call).tryConsume(1) && everyone.tryConsume(1) && atOnce.tryAcquire()) {
            return new BoundedJoin<>(next.startCall(call, headers), call, timer, atOnce::release);
        }
        call.close(
                Status.RESOURCE_EXHAUSTED.withDescription("too many machines try to join; try again later"),
                new Metadata());
        return new ServerCall.Listener<>() {};
    }

    private Bucket ofAddress(ServerCall<?, ?> call) {
        @Nullable
        InetAddress address =
                call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR) instanceof InetSocketAddress socket
                        ? socket.getAddress()
                        : null;
        if (address == null) {
            return everyone;
        }
        synchronized (byAddress) {
            return byAddress.computeIfAbsent(PeerKey.of(address), _ -> bucket(30, 1));
        }
    }
}
