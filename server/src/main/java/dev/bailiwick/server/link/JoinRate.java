package dev.bailiwick.server.link;

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
import org.jspecify.annotations.Nullable;

/**
 * Bounds how much work strangers can make: joining costs a signature check and a transaction, and needs no certificate. A token
 * can not be guessed at any rate.
 */
final class JoinRate implements ServerInterceptor {

    private static final int MOST_ADDRESSES = 4096;

    private final Bucket everyone = bucket(200, 20);
    private final Map<InetAddress, Bucket> byAddress = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<InetAddress, Bucket> eldest) {
            return size() > MOST_ADDRESSES;
        }
    };

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
        if (ofAddress(call).tryConsume(1) && everyone.tryConsume(1)) {
            return next.startCall(call, headers);
        }
        call.close(Status.RESOURCE_EXHAUSTED.withDescription("too many try to join; try again later"), new Metadata());
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
            return byAddress.computeIfAbsent(address, a -> bucket(30, 1));
        }
    }
}
