package dev.bailiwick.server.link;

import com.google.protobuf.ByteString;
import dev.bailiwick.protocol.stream.ByteStream;
import dev.bailiwick.protocol.v1.CarrierGrpc;
import dev.bailiwick.protocol.v1.CarryDown;
import dev.bailiwick.protocol.v1.CarryUp;
import dev.bailiwick.protocol.v1.StreamOpening;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** An agent's side of one stream. */
final class CarriedStream implements StreamObserver<CarryDown> {

    private final CompletableFuture<StreamOpening> opening = new CompletableFuture<>();
    private final CompletableFuture<Status> end = new CompletableFuture<>();
    private final StreamObserver<CarryUp> requests;
    private final ByteStream stream;

    CarriedStream(ManagedChannel channel, ByteString ticket) {
        this(channel);
        say(CarryUp.newBuilder().setTicket(ticket).build());
    }

    /** Sends no ticket. */
    CarriedStream(ManagedChannel channel) {
        requests = CarrierGrpc.newStub(channel).carry(this);
        stream = new ByteStream(
                frame -> requests.onNext(CarryUp.newBuilder().setFrame(frame).build()), requests::onCompleted);
    }

    void say(CarryUp message) {
        requests.onNext(message);
    }

    StreamOpening opening() {
        return opening.orTimeout(30, TimeUnit.SECONDS).join();
    }

    Status end() {
        return end.orTimeout(30, TimeUnit.SECONDS).join();
    }

    ByteStream stream() {
        return stream;
    }

    @Override
    public void onNext(CarryDown message) {
        if (message.hasOpening()) {
            stream.begin();
            opening.complete(message.getOpening());
        } else {
            stream.take(message.getFrame());
        }
    }

    @Override
    public void onError(Throwable failure) {
        end.complete(Status.fromThrowable(failure));
        stream.lost("");
    }

    @Override
    public void onCompleted() {
        end.complete(Status.OK);
        stream.lost("");
    }
}
