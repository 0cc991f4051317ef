package dev.bailiwick.server.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class WakesTest {

    private final Queue<Runnable> submitted = new ArrayDeque<>();
    private final AtomicInteger runs = new AtomicInteger();

    @Test
    void wakesBeforeTheRunCollapseIntoIt() {
        Wakes wakes = new Wakes(submitted::add, runs::incrementAndGet);
        for (int wake = 0; wake < 1000; wake++) {
            wakes.wake();
        }
        assertThat(submitted).hasSize(1);
        submitted.remove().run();
        assertThat(runs).hasValue(1);
    }

    @Test
    void wakesDuringTheRunLeadToOneMore() {
        Wakes[] wakes = new Wakes[1];
        wakes[0] = new Wakes(submitted::add, () -> {
            if (runs.incrementAndGet() == 1) {
                for (int wake = 0; wake < 1000; wake++) {
                    wakes[0].wake();
                }
            }
        });
        wakes[0].wake();
        submitted.remove().run();
        assertThat(runs).hasValue(2);
        assertThat(submitted).isEmpty();

        wakes[0].wake();
        assertThat(submitted).as("the next wake runs again").hasSize(1);
    }
}
