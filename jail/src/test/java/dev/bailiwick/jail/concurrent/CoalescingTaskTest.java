package dev.bailiwick.jail.concurrent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class CoalescingTaskTest {

    private final Queue<Runnable> submitted = new ArrayDeque<>();
    private final AtomicInteger runs = new AtomicInteger();

    @Test
    void requestsBeforeTheRunCollapseIntoIt() {
        CoalescingTask task = new CoalescingTask(submitted::add, runs::incrementAndGet);
        assertThat(task.isPending()).isFalse();
        for (int request = 0; request < 1000; request++) {
            task.request();
        }
        assertThat(task.isPending()).isTrue();
        assertThat(submitted).hasSize(1);
        submitted.remove().run();
        assertThat(runs).hasValue(1);
        assertThat(task.isPending()).isFalse();
    }

    @Test
    void requestsDuringTheRunLeadToOneMore() {
        CoalescingTask[] task = new CoalescingTask[1];
        task[0] = new CoalescingTask(submitted::add, () -> {
            if (runs.incrementAndGet() == 1) {
                for (int request = 0; request < 1000; request++) {
                    task[0].request();
                }
            }
        });
        task[0].request();
        submitted.remove().run();
        assertThat(submitted).hasSize(1);
        submitted.remove().run();
        assertThat(runs).hasValue(2);
        assertThat(submitted).isEmpty();

        task[0].request();
        assertThat(submitted).as("the next request runs again").hasSize(1);
    }

    @Test
    void runsAgainAfterARunThatFailed() {
        CoalescingTask task = new CoalescingTask(submitted::add, () -> {
            if (runs.incrementAndGet() == 1) {
                throw new IllegalStateException("the first");
            }
        });
        task.request();
        assertThatThrownBy(() -> submitted.remove().run()).hasMessage("the first");
        task.request();
        submitted.remove().run();
        assertThat(runs).hasValue(2);
    }

    @Test
    void runsOnceAtATimeAndAfterTheLastRequestOfAnyThread() throws Exception {
        AtomicInteger requested = new AtomicInteger();
        AtomicInteger seen = new AtomicInteger();
        AtomicBoolean running = new AtomicBoolean();
        AtomicBoolean twice = new AtomicBoolean();
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            CoalescingTask task = new CoalescingTask(threads, () -> {
                twice.compareAndSet(false, !running.compareAndSet(false, true));
                seen.set(requested.get());
                running.set(false);
            });
            List<Future<?>> requests = new ArrayList<>();
            for (int thread = 0; thread < 3; thread++) {
                requests.add(threads.submit(() -> {
                    for (int request = 0; request < 10_000; request++) {
                        requested.incrementAndGet();
                        task.request();
                    }
                }));
            }
            for (Future<?> request : requests) {
                request.get();
            }
            while (task.isPending()) {
                Thread.onSpinWait();
            }
        }
        assertThat(seen).hasValue(30_000);
        assertThat(twice).isFalse();
    }
}
