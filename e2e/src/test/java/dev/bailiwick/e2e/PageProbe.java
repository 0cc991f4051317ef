package dev.bailiwick.e2e;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Requests the pages of jails repeatedly, and records each failed request. */
final class PageProbe implements AutoCloseable {

    private static final long PAUSE_NANOS = 20_000_000;

    private final List<Jail> jails;
    private final List<String> silences = new CopyOnWriteArrayList<>();
    private final AtomicInteger answers = new AtomicInteger();
    private final Thread thread = Thread.ofPlatform().name("probe").unstarted(this::watch);
    private volatile boolean over;

    PageProbe(List<Jail> jails) {
        this.jails = jails;
        jails.forEach(WebJail::awaitPage);
        thread.start();
    }

    int answers() {
        return answers.get();
    }

    List<String> silences() {
        return silences;
    }

    private void watch() {
        while (!over) {
            for (Jail jail : jails) {
                try {
                    String page = WebJail.page(jail);
                    if (page.startsWith(jail.name())) {
                        answers.incrementAndGet();
                    } else {
                        silences.add(jail.name() + " said '" + page + "'");
                    }
                } catch (IOException e) {
                    silences.add(jail.name() + ": " + e);
                } catch (InterruptedException e) {
                    return;
                }
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    @Override
    public void close() throws InterruptedException {
        over = true;
        thread.join();
    }
}
