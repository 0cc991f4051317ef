package dev.bailiwick.server.link;

import dev.bailiwick.server.bounds.Bound;
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
 * a time, as each may hold unread messages. An agent has one session, and for some seconds also earlier ones whose end its network
 * has lost.
 */
final class StreamLimit implements ServerInterceptor {

    static final int AT_A_TIME = 32;
    private static final int SESSIONS_IN_A_BURST = 30;
    private static final int STREAMS_A_SECOND = 20;
    private static final int MAX_CERTIFICATES = 20_000;

    private final Map<BigInteger, Use> byCertificate = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<BigInteger, Use> eldest) {
            return size() > MAX_CERTIFICATES;
        }
    };

    private final int burst;
    private final int perSecond;
    private final int atATime;

    private StreamLimit(int burst, int perSecond, int atATime) {
        this.burst = burst;
        this.perSecond = perSecond;
        this.atATime = atATime;
    }

    /** Returns the limit of sessions. */
    static StreamLimit ofSessions() {
        return new StreamLimit(SESSIONS_IN_A_BURST, 1, AT_A_TIME);
    }

    /** Returns the limit of streams for which this server dials. */
    static StreamLimit ofDialled() {
        int all = Bound.LINK_CALLS.value();
        return new StreamLimit(all, STREAMS_A_SECOND, all);
    }

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
                                    .addLimit(limit ->
                                            limit.capacity(burst).refillGreedy(perSecond, Duration.ofSeconds(1)))
                                    .build(),
                            new Semaphore(atATime)));
        }
    }
}
