package dev.bailiwick.server.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bailiwick.protocol.v1.Question;
import dev.bailiwick.protocol.v1.ServerMessage;
import io.grpc.stub.ServerCallStreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

/** Single messages to an agent that reads slowly. */
class OutboundTest {

    private static final ServerMessage LARGE = ServerMessage.newBuilder()
            .setQuestion(Question.newBuilder().setQuestionId("x".repeat(200_000)))
            .build();

    private final SlowCall call = new SlowCall();
    private final Outbound outbound = new Outbound(call);

    @Test
    void waitForAnAgentThatHasMuchUnread() throws Exception {
        assertThat(outbound.offer(LARGE)).isTrue();
        assertThat(outbound.offer(LARGE)).isFalse();
        assertThat(outbound.offer(LARGE, Duration.ofMillis(20))).isFalse();
        FutureTask<Boolean> waiting = new FutureTask<>(() -> outbound.offer(LARGE, Duration.ofMinutes(5)));
        Thread thread = Thread.ofPlatform().start(waiting);
        await().until(() -> thread.getState() == Thread.State.TIMED_WAITING);
        assertThat(call.sent).hasSize(1);

        call.read();

        assertThat(waiting.get()).isTrue();
        assertThat(call.sent).hasSize(2);
    }

    @Test
    void waitNoLongerThanTheStream() throws Exception {
        assertThat(outbound.offer(LARGE)).isTrue();
        FutureTask<Boolean> waiting = new FutureTask<>(() -> outbound.offer(LARGE, Duration.ofMinutes(5)));
        Thread thread = Thread.ofPlatform().start(waiting);
        await().until(() -> thread.getState() == Thread.State.TIMED_WAITING);

        outbound.ended();

        assertThat(waiting.get()).as("as for any message after the end").isTrue();
        assertThat(call.sent).hasSize(1);
    }

    /** A call whose agent has read nothing until the test says so. */
    private static final class SlowCall extends ServerCallStreamObserver<ServerMessage> {

        private final List<ServerMessage> sent = new CopyOnWriteArrayList<>();
        private volatile boolean ready;
        private volatile Runnable onReady = () -> {};

        void read() {
            ready = true;
            onReady.run();
        }

        @Override
        public boolean isReady() {
            return ready;
        }

        @Override
        public void setOnReadyHandler(Runnable handler) {
            onReady = handler;
        }

        @Override
        public void onNext(ServerMessage message) {
            sent.add(message);
        }

        @Override
        public boolean isCancelled() {
            return false;
        }

        @Override
        public void setOnCancelHandler(Runnable handler) {}

        @Override
        public void setCompression(String compression) {}

        @Override
        public void disableAutoInboundFlowControl() {}

        @Override
        public void request(int count) {}

        @Override
        public void setMessageCompression(boolean enable) {}

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onCompleted() {}
    }
}
