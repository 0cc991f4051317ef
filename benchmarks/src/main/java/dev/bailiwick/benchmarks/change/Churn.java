package dev.bailiwick.benchmarks.change;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Creates and deletes jails at a steady rate. Each client creates a jail, waits until it runs, and later deletes its oldest one, at
 * times that do not depend on how fast the server answers.
 */
final class Churn {

    private static final int LIVING = 10;

    private static final AtomicInteger NUMBER = new AtomicInteger();

    final int clients;
    final int minutes;
    final Samples all = new Samples();
    final List<Samples> byMinute = new ArrayList<>();
    final Parts parts = new Parts();
    final AtomicInteger changes = new AtomicInteger();
    private final Instance instance;
    /** The beginning of all names, different from those of earlier runs. */
    private final String names = "churn-" + Long.toString(System.currentTimeMillis(), 36) + "-";

    private final double perSecond;
    private long began;
    private double took;

    Churn(Instance instance, int clients, int minutes, double perSecond) {
        this.instance = instance;
        this.clients = clients;
        this.minutes = minutes;
        this.perSecond = perSecond;
        for (int minute = 0; minute < minutes; minute++) {
            byMinute.add(new Samples());
        }
    }

    Churn run() throws Exception {
        List<Connection> connections = new ArrayList<>();
        for (int client = 0; client < clients; client++) {
            connections.add(instance.connect());
        }
        began = System.nanoTime();
        try (ExecutorService threads = Executors.newFixedThreadPool(clients)) {
            List<Future<?>> running = new ArrayList<>();
            SplittableRandom seeds = new SplittableRandom(clients);
            for (Connection connection : connections) {
                SplittableRandom random = seeds.split();
                running.add(threads.submit(() -> {
                    client(connection, random);
                    return null;
                }));
            }
            for (Future<?> client : running) {
                client.get();
            }
        }
        took = (System.nanoTime() - began) / 1e9;
        return this;
    }

    double changesPerSecond() {
        return changes.get() / took;
    }

    private void client(Connection connection, SplittableRandom random) throws IOException, InterruptedException {
        double period = 1e9 * clients / perSecond;
        long end = began + minutes * 60_000_000_000L;
        Deque<String> living = new ArrayDeque<>();
        try (connection) {
            String customer = instance.customer();
            String host = instance.host();
            // The first turns are spread over two periods, so that some clients create jails while others delete them.
            double turn = began + random.nextDouble() * 2 * period;
            for (; turn < end; turn += period) {
                // At a random time within its turn, so that clients meet by chance.
                long due = (long) (turn + (clients == 1 ? 0 : random.nextDouble() * period / 2));
                long early = due - System.nanoTime();
                if (early > 0) {
                    Thread.sleep(early / 1_000_000, (int) (early % 1_000_000));
                }
                if (living.size() <= LIVING / clients) {
                    living.add(create(connection, customer, host));
                } else {
                    delete(connection, living.remove());
                }
                changes.incrementAndGet();
            }
            while (!living.isEmpty()) {
                delete(connection, living.remove());
            }
        }
    }

    private String create(Connection connection, String customer, String host) throws IOException {
        String definition = Instance.definition(names + NUMBER.incrementAndGet(), customer, host);
        long sent = System.nanoTime();
        String jail = connection
                .send("POST", "/jails?wait=10s", definition)
                .expecting(2)
                .body();
        long took = (System.nanoTime() - sent) / 1_000;
        if (!jail.contains("\"running\",\"generation\"")) {
            throw new IllegalStateException("the jail does not run: " + jail);
        }
        all.add(took);
        int minute = (int) ((sent - began) / 60_000_000_000L);
        byMinute.get(Math.min(minute, minutes - 1)).add(took);
        parts.record(jail, took);
        return Instance.field(jail, "id");
    }

    private static void delete(Connection connection, String id) throws IOException {
        connection.send("DELETE", "/jails/" + id + "?files=delete", "").expecting(2);
    }
}
