package dev.bailiwick.server.link;

import io.github.bucket4j.Bucket;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/**
 * Limits the streams of one certificate: the rate of opening, as each costs a query and a greeting writes a row, and the number at
 * a time, as each may hold unread messages. An agent has one stream, and for some seconds also earlier ones whose end its network
 * has lost.
 */
final class StreamLimit implements ServerInterceptor {

    private static final int BURST = 30;
    static final int AT_A_TIME = 32;
    private static final int MAX_CERTIFICATES = 20_000;

    private final Map<BigInteger, Use> byCertificate = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<BigInteger, Use> eldest) {
            return size() > MAX_CERTIFICATES;
        }
    };

    private record Use(Bucket rate, Semaphore open) {}

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        Optional<X509Certificate> certificate = Peer.certificateOf(call);
        if (certificate.isEmpty()) {
            return next.startCall(call, headers);
        }
        Use use = use(certificate.get().getSerialNumber());
        if (use.rate.tryConsume(1) && use.open.tryAcquire()) {
            return releasing(use.open, next.startCall(call, headers));
        }
        call.close(
                Status.RESOURCE_EXHAUSTED.withDescription("this host opens too many streams; try again later"),
                new Metadata());
        return new ServerCall.Listener<>() {};
    }

    /** Releases at the end of the stream, when one of the two methods is called once. */
    private static <Q> ServerCall.Listener<Q> releasing(Semaphore open, ServerCall.Listener<Q> listener) {
        return new SimpleForwardingServerCallListener<>(listener) {
            @Override
            public void onComplete() {
                open.release();
                super.onComplete();
            }

            @Override
            public void onCancel() {
                open.release();
                super.onCancel();
            }
        };
    }

    private Use use(BigInteger serial) {
        synchronized (byCertificate) {
            return byCertificate.computeIfAbsent(
                    serial,
                    absent -> new Use(
                            Bucket.builder()
                                    .addLimit(limit -> limit.capacity(BURST).refillGreedy(1, Duration.ofSeconds(1)))
                                    .build(),
                            new Semaphore(AT_A_TIME)));
        }
    }
}
