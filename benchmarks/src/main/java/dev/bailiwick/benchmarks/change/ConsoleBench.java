package dev.bailiwick.benchmarks.change;

import dev.bailiwick.benchmarks.report.Machine;
import dev.bailiwick.benchmarks.report.Report;
import dev.bailiwick.jail.stream.SessionFrame;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Measures a console by WebSocket: how soon a typed character comes back, and how much output comes in a second. */
final class ConsoleBench {

    private static final int WARM_UP = 200;
    private static final long OUTPUT_BYTES = 256L << 20;
    private static final double MEBIBYTE = 1 << 20;

    private final Instance instance;
    private final Connection connection;
    private final String jail;

    private ConsoleBench(Instance instance) throws IOException {
        this.instance = instance;
        this.connection = instance.connect();
        this.jail = Instance.field(
                connection
                        .send(
                                "POST",
                                "/jails?wait=10s",
                                Instance.definition("console", instance.customer(), instance.host()))
                        .expecting(2)
                        .body(),
                "id");
    }

    /** Takes the instance's data directory and port, a directory of tools, the number of characters, and the document to write. */
    public static void main(String[] arguments) throws Exception {
        int number = Integer.parseInt(arguments[3]);
        ConsoleBench bench = new ConsoleBench(new Instance(Path.of(arguments[0]), Integer.parseInt(arguments[1])));
        Samples echoes = new Samples();
        Samples commands = new Samples();
        double rate;
        try (bench.connection) {
            bench.type(number, echoes);
            bench.run(number, commands);
            rate = bench.flood();
        }
        Report report = new Report("./bench console");
        report.line("## Console");
        report.line("");
        report.line(
                "By `./bench console %d` on %s, with server, database, agent and client on this machine.",
                number, Machine.describe());
        report.line("");
        report.line(
                "A typed character travels by WebSocket to a program with a terminal, which writes it back. A command that is waited for is");
        report.line("`/bin/true`. In milliseconds.");
        report.line("");
        report.line("| | p50 | p95 | p99 |");
        report.line("|---|---|---|---|");
        report.line("| character and echo | %.2f | %.2f | %.2f |", echoes.at(50), echoes.at(95), echoes.at(99));
        report.line(
                "| command that is waited for | %.2f | %.2f | %.2f |",
                commands.at(50), commands.at(95), commands.at(99));
        report.line("");
        report.line("%d MiB of output came with %.0f MiB/s.", OUTPUT_BYTES >> 20, rate);
        report.publish(Path.of(arguments[4]));
    }

    private Viewer attach(String body) throws Exception {
        String created = connection
                .send("POST", "/jails/" + jail + "/exec", body)
                .expecting(2)
                .body();
        Viewer viewer = new Viewer();
        viewer.socket =
                instance.socket(Instance.field(created, "attach"), viewer).get(20, TimeUnit.SECONDS);
        viewer.say(new SessionFrame.Ticket(Instance.field(created, "ticket")));
        return viewer;
    }

    private void type(int number, Samples into) throws Exception {
        Viewer viewer =
                attach("{\"tty\":true,\"command\":[\"/bin/sh\",\"-c\",\"stty raw -echo; printf ready; exec cat\"]}");
        viewer.awaitBytes("ready".length());
        for (int i = 0; i < WARM_UP + number; i++) {
            long began = System.nanoTime();
            viewer.say(new SessionFrame.In(ByteBuffer.wrap(new byte[] {'x'})));
            viewer.awaitBytes(1);
            if (i >= WARM_UP) {
                into.add((System.nanoTime() - began) / 1_000);
            }
        }
        viewer.close();
    }

    private void run(int number, Samples into) throws Exception {
        for (int i = 0; i < WARM_UP + number; i++) {
            long began = System.nanoTime();
            connection
                    .send("POST", "/jails/" + jail + "/exec", "{\"wait\":true,\"command\":[\"/bin/true\"]}")
                    .expecting(2);
            if (i >= WARM_UP) {
                into.add((System.nanoTime() - began) / 1_000);
            }
        }
    }

    /** Returns MiB of output in a second. */
    private double flood() throws Exception {
        Viewer viewer =
                attach("{\"command\":[\"/bin/sh\",\"-c\",\"read line; exec head -c " + OUTPUT_BYTES + " /dev/zero\"]}");
        long began = System.nanoTime();
        viewer.say(new SessionFrame.In(ByteBuffer.wrap(new byte[] {'\n'})));
        viewer.awaitBytes(OUTPUT_BYTES);
        double seconds = (System.nanoTime() - began) / 1e9;
        viewer.close();
        return OUTPUT_BYTES / MEBIBYTE / seconds;
    }

    /** Somebody who is attached, and acknowledges all output at once. */
    private static final class Viewer implements WebSocket.Listener {

        private final ByteArrayOutputStream partial = new ByteArrayOutputStream();
        private final BlockingQueue<SessionFrame> frames = new LinkedBlockingQueue<>();
        private @Nullable WebSocket socket;

        void say(SessionFrame frame) throws Exception {
            if (socket != null) {
                socket.sendBinary(ByteBuffer.wrap(frame.encode()), true).get(20, TimeUnit.SECONDS);
            }
        }

        /** Waits for this much more output. */
        void awaitBytes(long count) throws Exception {
            long seen = 0;
            while (seen < count) {
                SessionFrame frame = frames.poll(20, TimeUnit.SECONDS);
                switch (frame) {
                    case SessionFrame.Out(int _, long offset, ByteBuffer bytes) -> {
                        seen += bytes.remaining();
                        say(new SessionFrame.Ack(offset + bytes.remaining()));
                    }
                    case SessionFrame.Writer _ -> {}
                    case null, default -> throw new IllegalStateException("instead of output: " + frame);
                }
            }
        }

        @Override
        public @Nullable CompletionStage<?> onBinary(WebSocket webSocket, ByteBuffer data, boolean last) {
            byte[] bytes = new byte[data.remaining()];
            data.get(bytes);
            partial.writeBytes(bytes);
            if (last) {
                frames.add(SessionFrame.decode(partial.toByteArray()));
                partial.reset();
            }
            webSocket.request(1);
            return null;
        }

        void close() throws Exception {
            if (socket != null) {
                socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get(20, TimeUnit.SECONDS);
            }
        }
    }
}
