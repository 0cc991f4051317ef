package dev.bailiwick.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Clients that are not signed in send requests of all kinds: the memory of the server does not grow. */
@WebTest
class AnonymousLoadTest {

    private static final int REQUESTS = Boolean.getBoolean("bailiwick.long") ? 500_000 : 8_000;
    private static final int CLIENTS = 8;

    /** The memory that pools, caches and compiled code may still take after a warm-up. */
    private static final long GROWTH = 12 << 20;

    private static final List<String> TABLES =
            List.of("web_session", "web_session_attributes", "audit_event", "unsealed_event");

    @LocalServerPort
    private int port;

    @Autowired
    private JdbcClient jdbc;

    @Test
    void holdsNoMoreAfterAnonymousLoad() throws Exception {
        load(REQUESTS / 4);
        long heapBefore = live();
        long rowsBefore = rows();
        load(REQUESTS);
        long grown = live() - heapBefore;
        System.out.printf("%,d anonymous requests: live heap %,d KiB, %+,d KiB%n", REQUESTS, live() >> 10, grown >> 10);
        assertThat(grown).as("bytes of live heap that were added").isLessThan(GROWTH);
        assertThat(rows()).as("rows that clients without sign-in can write").isEqualTo(rowsBefore);
    }

    private void load(int requests) throws Exception {
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> running = new ArrayList<>();
            for (int client = 0; client < CLIENTS; client++) {
                long seed = client;
                running.add(clients.submit(() -> {
                    ask(new Random(seed), requests / CLIENTS);
                    return null;
                }));
            }
            for (Future<?> client : running) {
                client.get();
            }
        }
    }

    private void ask(Random random, int requests) throws Exception {
        try (HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            for (int i = 0; i < requests; i++) {
                client.send(request(random), BodyHandlers.discarding());
            }
        }
    }

    private HttpRequest request(Random random) {
        String noise = Long.toHexString(random.nextLong());
        return switch (random.nextInt(11)) {
            // Requests like these ended a server within a minute.
            case 0, 1, 2 ->
                page("/jails?q=" + (noise + "x").repeat(350))
                        .header("X-Much", "y".repeat(1_500))
                        .build();
            case 3 ->
                page("/jails/" + noise)
                        .header("Cookie", "__Host-session=" + noise + "; __Host-return=" + noise)
                        .build();
            case 4 -> page("/sign-in?" + noise).build();
            case 5 ->
                page("/sign-in")
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(BodyPublishers.ofString("login=" + noise.repeat(2_000) + "&password=x&_csrf=" + noise))
                        .build();
            case 6 ->
                page("/api/v1/jails")
                        .header("Authorization", "Bearer bw_" + noise)
                        .build();
            case 7 ->
                page("/api/v1/customers")
                        .header("Idempotency-Key", noise)
                        .POST(BodyPublishers.ofString("{\"name\":\"" + noise.repeat(500) + "\"}"))
                        .build();
            case 8 ->
                page("/jails")
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .header("Sec-Fetch-Site", "same-origin")
                        .POST(BodyPublishers.ofString("name=" + noise.repeat(5_000)))
                        .build();
            case 9 -> page("/" + noise + "/%2e%2e/" + noise).build();
            default -> page("/sign-in/link/" + noise).build();
        };
    }

    private HttpRequest.Builder page(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .header("Accept", "text/html");
    }

    private long rows() {
        return TABLES.stream()
                .mapToLong(table -> jdbc.sql("SELECT count(*) FROM " + table)
                        .query(Long.class)
                        .single())
                .sum();
    }

    /** Returns the used heap after a full collection: the smallest of several, as one collection does not free everything. */
    private static long live() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 4; i++) {
            System.gc();
            least = Math.min(
                    least,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return least;
    }
}
