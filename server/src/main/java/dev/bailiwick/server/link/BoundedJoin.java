package dev.bailiwick.server.link;

import dev.bailiwick.server.bounds.Bound;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** One attempt to join, with a time limit for its message. Until the message arrives, only this class uses the call. */
final class BoundedJoin<Q> extends SimpleForwardingServerCallListener<Q> {

    private enum State {
        AWAITED,
        ARRIVED,
        LATE
    }

    private final AtomicReference<State> state = new AtomicReference<>(State.AWAITED);
    private final Runnable afterwards;
    private final ScheduledFuture<?> deadline;

    /** @param afterwards run once, at the end of the call */
    BoundedJoin(
            ServerCall.Listener<Q> next, ServerCall<Q, ?> call, ScheduledExecutorService timer, Runnable afterwards) {
        super(next);
        this.afterwards = afterwards;
        this.deadline = timer.schedule(
                () -> {
                    if (state.compareAndSet(State.AWAITED, State.LATE)) {
                        call.close(
                                Status.DEADLINE_EXCEEDED.withDescription("the request to join did not arrive in time"),
                                new Metadata());
                    }
                },
                Bound.JOIN_SECONDS.value(),
                TimeUnit.SECONDS);
    }

    private boolean arrives() {
        state.compareAndSet(State.AWAITED, State.ARRIVED);
        return state.get() == State.ARRIVED;
    }

    @Override
    public void onMessage(Q message) {
        if (arrives()) {
            super.onMessage(message);
        }
    }

    @Override
    public void onHalfClose() {
        if (arrives()) {
            super.onHalfClose();
        }
    }

    /** Either this or {@link #onCancel} is called, once, as the last event. */
    @Override
    public void onComplete() {
        over();
        super.onComplete();
    }

    @Override
    public void onCancel() {
        over();
        super.onCancel();
    }

    private void over() {
        deadline.cancel(false);
        afterwards.run();
    }
}
