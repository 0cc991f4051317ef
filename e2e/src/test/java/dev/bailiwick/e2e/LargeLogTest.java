package dev.bailiwick.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.node.ObjectNode;

/** A log of 1 GiB is searched and followed, and the server holds no more of it than of a small one. */
@Tag("performance")
@OnFleet
@Timeout(600)
class LargeLogTest {

    private static final long BYTES = 1L << 30;
    private static final int SEGMENT_BYTES = 4 << 20;
    private static final long MAX_GROWTH_BYTES = 32 << 20;
    private static final Pattern USED = Pattern.compile("used (\\d+)K");

    @Test
    void takesNoMemoryOfTheServer(Fleet fleet) throws Exception {
        ObjectNode definition = fleet.definition("large", 99);
        definition.put("wanted", "stopped");
        definition.putObject("limits").put("log", "2GiB");
        Jail jail =
                fleet.operator().post("jails?wait=1m", definition.toString()).jail();
        write(Objects.requireNonNull(fleet.logOf(jail).getParent()));
        String logs = "jails/" + jail.id() + "/logs";
        assertThat(fleet.operator().get(logs + "?tail=1").body()).endsWith("the needle\n");

        long before = heap(fleet);
        long begun = System.nanoTime();
        CompletableFuture<Answer> search =
                CompletableFuture.supplyAsync(() -> fleet.operator().get(logs + "?grep=the%20needle"));
        long searching = heap(fleet);
        assertThat(search.isDone())
                .as("the heap was measured during the search")
                .isFalse();
        assertThat(search.get(5, TimeUnit.MINUTES).requireSuccess().body()).isEqualTo("the needle\n");
        double seconds = (System.nanoTime() - begun) / 1e9;
        long following;
        try (HttpClient client = TrustStore.clientTrusting(fleet.authority()).build();
                InputStream slow = client.send(
                                request(fleet, logs + "?follow=true&offset=0"),
                                HttpResponse.BodyHandlers.ofInputStream())
                        .body()) {
            assertThat(slow.readNBytes(1 << 20)).hasSize(1 << 20);
            // From now on the reader does not read.
            following = heap(fleet);
        }
        long after = heap(fleet);

        System.out.printf(
                "1 GiB of log: searched in %.1f s; heap of the server %.1f MiB before, %.1f while it searched, %.1f with a reader that"
                        + " does not read, %.1f after%n",
                seconds, mebibytes(before), mebibytes(searching), mebibytes(following), mebibytes(after));
        assertThat(searching - before).isLessThan(MAX_GROWTH_BYTES);
        assertThat(following - before).isLessThan(MAX_GROWTH_BYTES);
        assertThat(after - before).isLessThan(MAX_GROWTH_BYTES);
    }

    /** Writes segments as an agent does: the name of each is the number of its first byte. */
    private static void write(Path log) throws IOException {
        Files.createDirectories(log);
        byte[] line = "a line of a long log, as most programs write many of them\n".getBytes(StandardCharsets.US_ASCII);
        byte[] last = "the needle\n".getBytes(StandardCharsets.US_ASCII);
        long written = 0;
        while (written < BYTES) {
            int room = (int) Math.min(SEGMENT_BYTES, BYTES - written);
            int lines = (room - last.length) / line.length;
            Path segment = log.resolve(String.format(Locale.ROOT, "%019d.log", written));
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(segment), 1 << 16)) {
                for (int i = 0; i < lines; i++) {
                    out.write(line);
                }
                written += (long) lines * line.length;
                if (written >= BYTES - SEGMENT_BYTES / 2) {
                    out.write(last);
                    return;
                }
            }
        }
    }

    private static HttpRequest request(Fleet fleet, String path) {
        return HttpRequest.newBuilder(URI.create(fleet.origin() + "/api/v1/" + path))
                .header("Authorization", "Bearer " + fleet.entry().token())
                .build();
    }

    /** Returns the bytes of the server's heap that are in use after a collection. */
    private static long heap(Fleet fleet) throws IOException, InterruptedException {
        String pid = Long.toString(fleet.server().pid());
        String _ = command(pid, "GC.run");
        Matcher used = USED.matcher(command(pid, "GC.heap_info"));
        assertThat(used.find()).isTrue();
        return Long.parseLong(used.group(1)) << 10;
    }

    private static String command(String... words) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Installation.java().resolveSibling("jcmd").toString(), words[0], words[1])
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    private static double mebibytes(long bytes) {
        return bytes / (double) (1 << 20);
    }
}
