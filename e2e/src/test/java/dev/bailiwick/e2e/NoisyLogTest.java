package dev.bailiwick.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.node.ObjectNode;

/**
 * One jail writes as fast as it can, of which its agent takes 4 MiB a second: the lines of another arrive, and another starts, about as soon
 * as before.
 */
@Tag("performance")
@OnFleet
@Timeout(600)
class NoisyLogTest {

    private static final int LINES = 100;
    private static final int STARTS = 5;

    /** Besides what it took before. */
    private static final double MAX_MORE_MILLIS = 300;

    /** A line as long as the lines of many programs are. */
    private static final String FLOOD = "exec yes $(printf '%0120d' 7)";

    private static final String LINE_WITH_ITS_TIME =
            "n=0; while :; do n=$((n+1)); echo $n $(date +%s%N); sleep 0.05; done";

    /**
     * What was measured in milliseconds, in order.
     *
     * @param recorded bytes of the flood
     */
    private record Times(List<Double> lines, List<Double> starts, long recorded, double seconds) {

        double medianLine() {
            return lines.get(lines.size() / 2);
        }

        double slowLine() {
            return lines.get(lines.size() * 95 / 100);
        }

        double medianStart() {
            return starts.get(starts.size() / 2);
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "line to its follower p50 %.0f ms, p95 %.0f ms, highest %.0f ms; start p50 %.0f ms, highest %.0f ms",
                    medianLine(),
                    slowLine(),
                    lines.getLast(),
                    medianStart(),
                    starts.getLast());
        }
    }

    /** A line that has arrived, and how long that took in milliseconds. */
    private record Arrival(long number, double millis) {}

    @Test
    void slowsNoOtherJail(Fleet fleet) throws Exception {
        Jail neighbour = fleet.create(shell(fleet, "neighbour", 90, LINE_WITH_ITS_TIME));
        List<Arrival> arrivals = new CopyOnWriteArrayList<>();
        try (HttpClient client = TrustStore.clientTrusting(fleet.authority()).build();
                BufferedReader follower = follow(fleet, client, neighbour)) {
            Thread.ofVirtual().start(() -> read(follower, arrivals));
            Times quiet = measure(fleet, arrivals, () -> 0);
            Jail noisy = fleet.create(shell(fleet, "noisy", 91, FLOOD));
            await().until(() -> recorded(fleet, noisy) > 64 << 20);
            Times noise = measure(fleet, arrivals, () -> recorded(fleet, noisy));

            double rate = noise.recorded() / 1e6 / noise.seconds();
            System.out.printf("quiet: %s%nbeside %.0f MB/s of another jail: %s%n", quiet, rate, noise);
            for (int i = 2; i < arrivals.size(); i++) {
                assertThat(arrivals.get(i).number())
                        .isEqualTo(arrivals.get(i - 1).number() + 1);
            }
            assertThat(noise.slowLine()).isLessThan(quiet.slowLine() + MAX_MORE_MILLIS);
            assertThat(noise.medianStart()).isLessThan(2 * quiet.medianStart() + MAX_MORE_MILLIS);
        }
    }

    private static void read(BufferedReader follower, List<Arrival> arrivals) {
        try {
            follower.lines().forEach(line -> {
                String[] words = line.split(" ", -1);
                arrivals.add(
                        new Arrival(Long.parseLong(words[0]), (nanos(Instant.now()) - Long.parseLong(words[1])) / 1e6));
            });
        } catch (UncheckedIOException closed) {
            // The test is over.
            return;
        }
    }

    private static ObjectNode shell(Fleet fleet, String name, int number, String script) {
        ObjectNode definition = fleet.definition(name, number);
        definition.putArray("command").add("/bin/sh").add("-c").add(script);
        return definition;
    }

    private static BufferedReader follow(Fleet fleet, HttpClient client, Jail jail) throws Exception {
        InputStream log = client.send(
                        HttpRequest.newBuilder(URI.create(
                                        fleet.origin() + "/api/v1/jails/" + jail.id() + "/logs?follow=true&tail=1"))
                                .header(
                                        "Authorization",
                                        "Bearer " + fleet.entry().token())
                                .build(),
                        HttpResponse.BodyHandlers.ofInputStream())
                .body();
        return new BufferedReader(new InputStreamReader(log, StandardCharsets.US_ASCII));
    }

    /** Returns how long lines take from the program to the reader, and starts of other jails. */
    private static Times measure(Fleet fleet, List<Arrival> arrivals, LongSupplier flood) {
        long begun = System.nanoTime();
        long before = flood.getAsLong();
        int from = arrivals.size();
        await().until(() -> arrivals.size() >= from + LINES);
        long after = flood.getAsLong();
        double seconds = (System.nanoTime() - begun) / 1e9;
        List<Double> lines = new ArrayList<>(List.copyOf(arrivals).subList(from, from + LINES).stream()
                .map(Arrival::millis)
                .toList());
        List<Double> starts = new ArrayList<>();
        for (int i = 0; i < STARTS; i++) {
            ObjectNode definition = shell(fleet, "started-" + i, 92 + i, "exec sleep 1000");
            long asked = System.nanoTime();
            Jail started = fleet.create(definition);
            starts.add((System.nanoTime() - asked) / 1e6);
            fleet.operator()
                    .delete("jails/" + started.id() + "?files=delete&wait=1m")
                    .requireSuccess();
        }
        Collections.sort(lines);
        Collections.sort(starts);
        return new Times(lines, starts, after - before, seconds);
    }

    private static long nanos(Instant time) {
        return Duration.between(Instant.EPOCH, time).toNanos();
    }

    /** Returns how much of a jail's output is recorded. */
    private static long recorded(Fleet fleet, Jail jail) {
        String answer = fleet.operator()
                .get("jails/" + jail.id() + "/logs?format=ndjson&tail=0")
                .body();
        return answer.isEmpty() ? 0 : Answer.JSON.readTree(answer).get("end").asLong();
    }
}
