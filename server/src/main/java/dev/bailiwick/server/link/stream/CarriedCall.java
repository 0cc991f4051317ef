package dev.bailiwick.server.link.stream;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.protocol.StreamWire;
import dev.bailiwick.protocol.stream.ByteStream;
import dev.bailiwick.protocol.v1.CarryDown;
import dev.bailiwick.protocol.v1.CarryUp;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One call of a host that carries a stream, from its ticket to its end. Its methods only queue. */
public final class CarriedCall implements StreamObserver<CarryUp> {

    private final HostId host;
    private final StreamTickets tickets;
    private final ServerCallStreamObserver<CarryDown> call;
    private @Nullable ByteStream stream;
    private boolean refused;

    /** @param host the host that makes the call, by its certificate */
    public CarriedCall(HostId host, StreamTickets tickets, ServerCallStreamObserver<CarryDown> call) {
        this.host = host;
        this.tickets = tickets;
        this.call = call;
        call.setOnCancelHandler(() -> ended("the connection to the host has ended"));
    }

    /** Ends a call that has not begun with a ticket. Called once, some time after the call was opened. */
    public synchronized void checkTicket() {
        if (stream == null) {
            refuse(Status.DEADLINE_EXCEEDED.withDescription("the agent sent no ticket in time"));
        }
    }

    @Override
    public synchronized void onNext(CarryUp message) {
        if (stream != null) {
            if (message.hasFrame()) {
                stream.take(message.getFrame());
            }
        } else if (message.hasTicket()) {
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
                });
        stream = opened;
        call.onNext(CarryDown.newBuilder()
                .setOpening(StreamWire.toWire(waiting.request()))
                .build());
        opened.begin();
        waiting.complete(opened);
    }

    private void refuse(Status status) {
        if (!refused) {
            refused = true;
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
