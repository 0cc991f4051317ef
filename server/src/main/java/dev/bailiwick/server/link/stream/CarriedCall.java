package dev.bailiwick.server.link.stream;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.protocol.StreamWire;
import dev.bailiwick.protocol.stream.ByteStream;
import dev.bailiwick.protocol.v1.CarryDown;
import dev.bailiwick.protocol.v1.CarryUp;
import io.github.bucket4j.Bucket;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One call of a host that carries a stream, from its ticket to its end. Its methods only queue. */
public final class CarriedCall implements StreamObserver<CarryUp> {

    /** Whole messages fill a fast network; only many small ones are slowed down. */
    private static final int MESSAGES_A_SECOND = 8_000;

    private final HostId host;
    private final String serial;
    private final StreamTickets tickets;
    private final ServerCallStreamObserver<CarryDown> call;
    private final Consumer<CarriedCall> over;
    /** If a host sends more, the server reads it more slowly, until its connection is full. */
    private final Bucket pace = Bucket.builder()
            .addLimit(limit ->
                    limit.capacity(4 * MESSAGES_A_SECOND).refillGreedy(MESSAGES_A_SECOND, Duration.ofSeconds(1)))
            .build();

    private @Nullable ByteStream stream;
    private volatile boolean owesTicket = true;
    private boolean refused;

    /**
     * @param host the host that makes the call, by its certificate
     * @param serial the serial number of the certificate
     * @param over called once or more when the call has ended; must not block
     */
    CarriedCall(
            HostId host,
            String serial,
            StreamTickets tickets,
            ServerCallStreamObserver<CarryDown> call,
            Consumer<CarriedCall> over) {
        this.host = host;
        this.serial = serial;
        this.over = over;
        this.tickets = tickets;
        this.call = call;
        call.setOnCancelHandler(() -> ended("the connection to the host has ended"));
    }

    String serial() {
        return serial;
    }

    /** Returns whether this is a call of that host which has not shown a ticket yet. */
    boolean owesTicketOf(HostId asked) {
        return owesTicket && host.equals(asked);
    }

    /** Ends the call, because the host may no longer make it. */
    synchronized void revoked() {
        String detail = "the certificate of the host is no longer valid";
        if (stream != null) {
            stream.lost(detail);
        } else {
            refuse(Status.UNAUTHENTICATED.withDescription(detail));
        }
    }

    /** Ends a call that has not begun with a ticket. Called once, some time after the call was opened. */
    public synchronized void checkTicket() {
        if (stream == null) {
            refuse(Status.DEADLINE_EXCEEDED.withDescription("the agent sent no ticket in time"));
        }
    }

    @Override
    public void onNext(CarryUp message) {
        try {
            pace.asBlocking().consume(1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            ended("this server is stopping");
        }
        take(message);
    }

    private synchronized void take(CarryUp message) {
        if (refused) {
            return;
        }
        if (stream != null) {
            if (message.hasFrame()) {
                stream.take(message.getFrame());
            }
        } else if (message.hasTicket()) {
            // First: each call without a ticket has one that waits for it.
            owesTicket = false;
            Optional<StreamTickets.Waiting> found = tickets.use(host, message.getTicket());
            found.ifPresentOrElse(
                    this::begin,
                    () -> refuse(
                            Status.UNAUTHENTICATED.withDescription("no stream waits for this ticket of this host")));
        } else {
            refuse(Status.INVALID_ARGUMENT.withDescription("the first message of a call must be its ticket"));
        }
    }

    private void begin(StreamTickets.Waiting waiting) {
        ByteStream opened = new ByteStream(
                frame -> call.onNext(CarryDown.newBuilder().setFrame(frame).build()), () -> {
                    call.onCompleted();
                    waiting.ended();
                    over.accept(this);
                });
        stream = opened;
        call.onNext(CarryDown.newBuilder()
                .setOpening(StreamWire.toWire(waiting.request()))
                .build());
        opened.begin();
        waiting.complete(opened);
    }

    synchronized void refuse(Status status) {
        if (!refused) {
            refused = true;
            owesTicket = false;
            over.accept(this);
            call.onError(status.asRuntimeException());
        }
    }

    @Override
    public void onError(Throwable failure) {
        ended("the connection to the host has ended");
    }

    @Override
    public void onCompleted() {
        ended("the host has ended the call");
    }

    private synchronized void ended(String detail) {
        if (stream != null) {
            stream.lost(detail);
        } else {
            refuse(Status.CANCELLED.withDescription(detail));
        }
    }
}
