package dev.bailiwick.agent.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PlatformWorkersTest {

    private final PlatformWorkers workers = new PlatformWorkers(Clock.systemUTC(), 1);

    @AfterEach
    void close() {
        workers.close();
    }

    @Test
    void doesPromptWorkWhileAStartIsUnderWay() throws InterruptedException {
        CountDownLatch start = new CountDownLatch(1);
        CountDownLatch stop = new CountDownLatch(1);
        workers.submit(WorkClass.START, "a", () -> awaitQuietly(start));

        workers.submit(WorkClass.PROMPT, "a", stop::countDown);

        assertThat(stop.await(60, TimeUnit.SECONDS)).isTrue();
        start.countDown();
    }

    @Test
    void takesStartsFromEachOwnerInTurn() throws InterruptedException {
        CountDownLatch all = new CountDownLatch(7);
        CountDownLatch begin = new CountDownLatch(1);
        List<String> done = new CopyOnWriteArrayList<>();
        workers.submit(WorkClass.START, "a", () -> awaitQuietly(begin));
        for (String start : List.of("a 1", "a 2", "a 3", "a 4")) {
            workers.submit(WorkClass.START, "a", () -> note(done, start, all));
        }
        workers.submit(WorkClass.START, "b", () -> note(done, "b 1", all));
        workers.submit(WorkClass.START, "b", () -> note(done, "b 2", all));
        workers.submit(WorkClass.START, "c", () -> note(done, "c 1", all));
        begin.countDown();

        assertThat(all.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(done).containsExactly("b 1", "c 1", "a 1", "b 2", "a 2", "a 3", "a 4");
    }

    @Test
    void givesWhoComesToALongQueueATurnAtOnce() throws InterruptedException {
        CountDownLatch all = new CountDownLatch(1001);
        CountDownLatch begin = new CountDownLatch(1);
        CountDownLatch half = new CountDownLatch(500);
        List<String> done = new CopyOnWriteArrayList<>();
        workers.submit(WorkClass.START, "a", () -> awaitQuietly(begin));
        for (int i = 0; i < 1000; i++) {
            String start = "a " + i;
            workers.submit(WorkClass.START, "a", () -> {
                note(done, start, all);
                half.countDown();
                if (start.equals("a 499")) {
                    workers.submit(WorkClass.START, "b", () -> note(done, "b", all));
                }
            });
        }
        begin.countDown();

        assertThat(half.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(all.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(done.indexOf("b")).isBetween(500, 502);
    }

    @Test
    void deletesBesideEverythingElse() throws InterruptedException {
        CountDownLatch deletion = new CountDownLatch(1);
        CountDownLatch start = new CountDownLatch(1);
        workers.submit(WorkClass.FILES, "a", () -> awaitQuietly(deletion));

        workers.submit(WorkClass.START, "a", start::countDown);

        assertThat(start.await(60, TimeUnit.SECONDS)).isTrue();
        deletion.countDown();
    }

    @Test
    void wakesNoEarlierThanItWasAskedTo() throws InterruptedException {
        Instant when = Instant.now().plusMillis(20);
        CountDownLatch woken = new CountDownLatch(1);
        List<Instant> at = new CopyOnWriteArrayList<>();

        workers.at(when, () -> {
            at.add(Instant.now());
            woken.countDown();
        });

        assertThat(woken.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(at.getFirst()).isAfterOrEqualTo(when);
    }

    private static void note(List<String> done, String what, CountDownLatch all) {
        done.add(what);
        all.countDown();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
