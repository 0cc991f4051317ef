package dev.bailiwick.protocol.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.bailiwick.protocol.v1.StreamFrame;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two sides of one stream, whose frames a test passes on. */
@Timeout(180)
class ByteStreamTest {

    private final Deque<StreamFrame> toRight = new ArrayDeque<>();
    private final Deque<StreamFrame> toLeft = new ArrayDeque<>();
    private final AtomicInteger completions = new AtomicInteger();
    private final ByteStream left = new ByteStream(toRight::add, completions::incrementAndGet);
    private final ByteStream right = new ByteStream(toLeft::add, completions::incrementAndGet);

    private void begin() {
        left.begin();
        right.begin();
        pass();
    }

    private void pass() {
        while (!toRight.isEmpty() || !toLeft.isEmpty()) {
            if (!toRight.isEmpty()) {
                right.take(toRight.remove());
            }
            if (!toLeft.isEmpty()) {
                left.take(toLeft.remove());
            }
        }
    }

    private static ByteString bytes(int length) {
        return ByteString.copyFrom(new byte[length]);
    }

    @Test
    void carriesMessagesWholeAndInOrderUntilTheEndOfEachDirection() throws InterruptedException {
        begin();
        left.send(ByteString.copyFromUtf8("one"));
        left.send(ByteString.EMPTY);
        left.end();
        pass();
        assertThat(right.receive()).contains(ByteString.copyFromUtf8("one"));
        assertThat(right.receive()).contains(ByteString.EMPTY);
        assertThat(right.receive()).isEmpty();
        right.send(ByteString.copyFromUtf8("answer"));
        pass();
        assertThat(left.receive()).contains(ByteString.copyFromUtf8("answer"));
    }

    @Test
    void holdsNoMoreThanTheWindowUntilItIsReceived() throws Exception {
        begin();
        int sent = 0;
        List<CompletableFuture<Boolean>> waiting = new ArrayList<>();
        while (waiting.isEmpty()) {
            CompletableFuture<Boolean> one = CompletableFuture.supplyAsync(() -> trySend(1_000));
            if (one.completeOnTimeout(false, 5, TimeUnit.SECONDS).get()) {
                sent++;
            } else {
                waiting.add(one);
            }
        }
        assertThat(sent).isEqualTo(ByteStream.WINDOW_BYTES / (1_000 + (int) ByteStream.MESSAGE_COST));
        assertThat(toRight).hasSize(sent);
        pass();
        for (int i = 0; i < sent; i++) {
            right.receive();
        }
        pass();
        left.send(bytes(ByteStream.MAX_MESSAGE_BYTES));
    }

    private boolean trySend(int length) {
        try {
            left.send(bytes(length));
            return true;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void letsOthersOvertakeMessagesThatMayWait() throws Exception {
        begin();
        int several = 20;
        for (int i = 0; i < several; i++) {
            left.sendLater(bytes(10_000 + i));
        }
        int first = toRight.size();
        assertThat(first).isBetween(1, several - 1);
        pass();
        List<ByteString> kept = new ArrayList<>();
        for (int i = 0; i < first; i++) {
            kept.add(right.receiveAndKeep().orElseThrow());
        }
        for (int i = 0; i < 10_000; i++) {
            left.send(bytes(1));
            pass();
            assertThat(right.receive()).contains(bytes(1));
        }
        left.end();
        for (ByteString message : kept) {
            right.release(message.size());
        }
        pass();
        for (int i = first; i < several; i++) {
            assertThat(right.receive()).contains(bytes(10_000 + i));
            pass();
        }
        assertThat(right.receive()).isEmpty();
    }

    @Test
    void holdsNoMoreThanTheWindowOfMessagesThatMayWait() throws Exception {
        begin();
        AtomicInteger sent = new AtomicInteger();
        CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> {
            try {
                while (sent.get() < 1_000) {
                    left.sendLater(bytes(10_000));
                    sent.incrementAndGet();
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        assertThat(sending.thenApply(_ -> "sent")
                        .completeOnTimeout("waits", 1, TimeUnit.SECONDS)
                        .get())
                .isEqualTo("waits");
        assertThat(sent.get()).isLessThan(2 * ByteStream.WINDOW_BYTES / 10_000);
        left.close();
        assertThatThrownBy(() -> sending.get(60, TimeUnit.SECONDS)).hasCauseInstanceOf(StreamClosed.class);
    }

    @Test
    void deliversWhatCameBeforeTheCloseAndThenItsReason() throws InterruptedException {
        begin();
        left.send(ByteString.copyFromUtf8("last"));
        left.close("exited", "with status 3");
        left.close("again", "");
        pass();
        assertThat(right.receive()).contains(ByteString.copyFromUtf8("last"));
        assertThatThrownBy(right::receive).isInstanceOfSatisfying(StreamClosed.class, closed -> {
            assertThat(closed.reason()).isEqualTo("exited");
            assertThat(closed.detail()).isEqualTo("with status 3");
        });
        assertThatThrownBy(() -> right.send(bytes(1))).isInstanceOf(StreamClosed.class);
        assertThat(completions).hasValue(2);
    }

    @Test
    void endsBothWaitsWhenTheConnectionIsLost() {
        begin();
        CompletableFuture<Void> receiving = CompletableFuture.runAsync(() -> {
            try {
                right.receive();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        right.lost("the cable");
        assertThatThrownBy(() -> receiving.get(60, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        StreamClosed.class,
                        closed -> assertThat(closed.reason()).isEqualTo(StreamClosed.LOST));
        assertThat(completions).hasValue(1);
    }

    @Test
    void endsAStreamWhosePeerBreaksItsRules() {
        for (StreamFrame wrong : List.of(
                message(bytes(1)),
                message(bytes(ByteStream.MAX_MESSAGE_BYTES + 1)),
                StreamFrame.newBuilder().setCredit(ByteStream.WINDOW_BYTES + 1).build(),
                StreamFrame.newBuilder().setCredit(-1).build(),
                StreamFrame.newBuilder().setCredit(0).build())) {
            ByteStream fresh = new ByteStream(toLeft::add, () -> {});
            fresh.take(wrong);
            assertThat(fresh.closed()).as(wrong.getFrameCase().toString()).isPresent();
            assertThat(toLeft.removeLast().getClose().getReason()).isEqualTo("malformed");
        }
        begin();
        StreamFrame end = StreamFrame.newBuilder().setEnd(true).build();
        right.take(end);
        right.take(message(bytes(1)));
        assertThat(right.closed()).isPresent();
        left.take(end);
        assertThat(left.closed()).isEmpty();
        left.take(end);
        assertThat(left.closed()).isPresent();
    }

    private static StreamFrame message(ByteString bytes) {
        return StreamFrame.newBuilder().setMessage(bytes).build();
    }
}
