package dev.bailiwick.jail.concurrent;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SignalTest {

    private final Signal signal = new Signal();

    @Test
    void wakesOnceForAnyNumberOfRaises() throws InterruptedException {
        assertThat(signal.await(Duration.ZERO)).isFalse();
        for (int raise = 0; raise < 1000; raise++) {
            signal.raise();
        }
        assertThat(signal.await(Duration.ofMinutes(1))).isTrue();
        assertThat(signal.await(Duration.ofSeconds(-1))).isFalse();
    }

    @Test
    void wakesAThreadThatWaits() throws Exception {
        try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
            Future<Boolean> woken = thread.submit(() -> signal.await(Duration.ofMinutes(1)));
            signal.raise();
            assertThat(woken.get()).isTrue();
        }
    }

    @Test
    void losesNoRaiseThatComesWhileTheLastIsHandled() throws Exception {
        int raises = 20_000;
        AtomicInteger raised = new AtomicInteger();
        try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
            Future<?> raising = thread.submit(() -> {
                for (int raise = 0; raise < raises; raise++) {
                    raised.incrementAndGet();
                    signal.raise();
                }
            });
            int seen = 0;
            while (seen < raises) {
                assertThat(signal.await(Duration.ofMinutes(1))).isTrue();
                seen = raised.get();
            }
            raising.get();
        }
    }
}
