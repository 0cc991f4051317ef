package dev.bailiwick.agent.link.stream;

import com.google.protobuf.ByteString;
import dev.bailiwick.agent.link.identity.ServerAddress;
import dev.bailiwick.jail.stream.StreamRequest;
import dev.bailiwick.protocol.MalformedMessage;
import dev.bailiwick.protocol.StreamWire;
import dev.bailiwick.protocol.stream.ByteStream;
import dev.bailiwick.protocol.stream.StreamClosed;
import dev.bailiwick.protocol.v1.CarrierGrpc;
import dev.bailiwick.protocol.v1.CarryDown;
import dev.bailiwick.protocol.v1.CarryUp;
import dev.bailiwick.protocol.v1.StreamOpening;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the streams for which the server dials, over a connection that is opened with the first of them. The connection's callbacks only
 * queue messages; each stream has a thread of its own.
 */
public final class StreamCarrier implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(StreamCarrier.class);

    /** The streams of all replicas of the server together. */
    private static final int MAX_STREAMS = 256;

    private static final long IDLE_SECONDS = 30;
    private static final String STOPPING = "stopping";
    private static final String STOPPING_DETAIL = "the agent of the host ends";

    /** Replicas of the server beside the one to which this host is connected. */
    private static final int MAX_REPLICAS = 16;

    private final Opener opener;
    private final StreamKinds kinds;
    private final ExecutorService threads = new ThreadPoolExecutor(
            0,
            MAX_STREAMS,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            Thread.ofPlatform().daemon().name("stream-", 0).factory());
    private final Map<Optional<ServerAddress>, ManagedChannel> channels = new LinkedHashMap<>();
    private boolean closed;

    /** Opens connections to the server. */
    @FunctionalInterface
    public interface Opener {

        /**
         * @param replica the address of one replica of the server; empty for the address of all
         * @param callbacks runs the callbacks of the connection, which only queue
         */
        ManagedChannel open(Optional<ServerAddress> replica, Executor callbacks);
    }

    public StreamCarrier(Opener opener, StreamKinds kinds) {
        this.opener = opener;
        this.kinds = kinds;
    }

    /** Returns the kinds of streams that this host carries. */
    public Set<String> kinds() {
        return kinds.names();
    }

    /**
     * Opens the stream of this ticket. Never blocks.
     *
     * @param replica the address of the replica of the server that asks; empty for the address of all
     */
    public synchronized void dial(Optional<ServerAddress> replica, ByteString ticket) {
        if (closed) {
            return;
        }
        if (!channels.containsKey(replica) && channels.size() > MAX_REPLICAS) {
            // Its streams go on until they end.
            var eldest = channels.entrySet().iterator();
            eldest.next().getValue().shutdown();
            eldest.remove();
        }
        ManagedChannel channel = channels.computeIfAbsent(replica, to -> opener.open(to, Runnable::run));
        Call call = new Call();
        CarrierGrpc.newStub(channel).carry(call);
        call.begin(ticket);
    }

    private void carry(StreamOpening opening, ByteStream stream) {
        // Each way of ending it has its own word, so it is closed after them.
        try {
            StreamRequest request = StreamWire.fromWire(opening)
                    .orElseThrow(
                            () -> new StreamRefused("unsupported", "this agent does not know this kind of stream"));
            kinds.carry(StreamWire.kind(request), request, stream);
        } catch (StreamRefused e) {
            stream.close(e.reason(), e.detail());
        } catch (MalformedMessage e) {
            stream.close("malformed", String.valueOf(e.getMessage()));
        } catch (StreamClosed theServerHasEndedIt) {
            log.debug("a stream has ended: {}", theServerHasEndedIt.reason());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stream.close(STOPPING, STOPPING_DETAIL);
        } catch (RuntimeException e) {
            log.error("a stream has ended because of a fault of the agent", e);
            stream.close("failed", e.toString());
        } finally {
            stream.close();
        }
    }

    /** Ends all streams. */
    @Override
    public synchronized void close() {
        closed = true;
        threads.shutdownNow();
        try {
            // So that each stream can still say why it ends.
            if (!threads.awaitTermination(1, TimeUnit.SECONDS)) {
                log.info("streams do not end in time");
            }
            channels.values().forEach(ManagedChannel::shutdown);
            // What they said is on its way until the server has ended the calls.
            for (ManagedChannel channel : channels.values()) {
                if (!channel.awaitTermination(1, TimeUnit.SECONDS)) {
                    log.info("the server has not ended all streams");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            channels.values().forEach(ManagedChannel::shutdown);
        }
    }

    /** One call, from its ticket to its end. */
    private final class Call implements ClientResponseObserver<CarryUp, CarryDown> {

        private @Nullable ClientCallStreamObserver<CarryUp> requests;
        private @Nullable ByteStream stream;

        @Override
        public void beforeStart(ClientCallStreamObserver<CarryUp> requestStream) {
            requests = requestStream;
        }

        void begin(ByteString ticket) {
            requests().onNext(CarryUp.newBuilder().setTicket(ticket).build());
        }

        private ClientCallStreamObserver<CarryUp> requests() {
            return Optional.ofNullable(requests).orElseThrow();
        }

        @Override
        public void onNext(CarryDown message) {
            if (stream != null) {
                if (message.hasFrame()) {
                    stream.take(message.getFrame());
                }
            } else if (message.hasOpening()) {
                ByteStream opened = new ByteStream(
                        frame -> requests()
                                .onNext(CarryUp.newBuilder().setFrame(frame).build()),
                        () -> requests().onCompleted());
                stream = opened;
                opened.begin();
                try {
                    threads.execute(() -> carry(message.getOpening(), opened));
                } catch (RejectedExecutionException e) {
                    if (threads.isShutdown()) {
                        opened.close(STOPPING, STOPPING_DETAIL);
                    } else {
                        opened.close("overloaded", "this host carries " + MAX_STREAMS + " streams already");
                    }
                }
            }
        }

        @Override
        public void onError(Throwable failure) {
            Status status = Status.fromThrowable(failure);
            if (stream != null) {
                stream.lost(String.valueOf(status.getDescription()));
            } else {
                log.atInfo()
                        .addKeyValue("status", status.getCode())
                        .addKeyValue("reason", String.valueOf(status.getDescription()))
                        .log("a stream could not be opened");
            }
        }

        @Override
        public void onCompleted() {
            if (stream != null) {
                stream.lost("the server has ended the call");
            }
        }
    }
}
