package dev.bailiwick.benchmarks.change;

import dev.bailiwick.benchmarks.change.SshBench.Rates;
import dev.bailiwick.benchmarks.report.Machine;
import dev.bailiwick.benchmarks.report.Report;
import dev.bailiwick.jail.stream.SessionFrame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Measures the ways into a jail: how soon a character that is typed comes back, how much output comes in a second, how fast files move, and
 * what a viewer costs the server.
 */
final class ConsoleBench {

    private static final int WARM_UP = 200;
    private static final long OUTPUT_BYTES = 256L << 20;
    private static final double MEBIBYTE = 1 << 20;
    private static final String JAIL = "console";

    /** With {@link #WATCHED_SESSIONS} of them nearly the 32 streams that one user may have open. */
    private static final int VIEWERS_OF_SESSION = 15;

    private static final int WATCHED_SESSIONS = 2;

    private final Instance instance;
    private final Connection connection;
    private final String jail;

    private ConsoleBench(Instance instance) throws IOException {
        this.instance = instance;
        this.connection = instance.connect();
        this.jail = create(JAIL);
    }

    /**
     * Takes the instance's data directory and port, a directory of tools, the number of characters, the document to write, and the port for
     * SSH.
     */
    public static void main(String[] arguments) throws Exception {
        Path data = Path.of(arguments[0]);
        Path tools = Path.of(arguments[2]);
        int number = Integer.parseInt(arguments[3]);
        ConsoleBench bench = new ConsoleBench(new Instance(data, Integer.parseInt(arguments[1])));
        Samples echoes = new Samples();
        Samples commands = new Samples();
        OtherConsoles others = new OtherConsoles();
        SshBench ssh = new SshBench(tools);
        double output;
        double viewer;
        try (bench.connection) {
            bench.type(number, echoes);
            bench.run(number, commands);
            output = bench.flood();
            viewer = bench.viewerKibibytes(new Heap(data.resolve("server.pid")));
            bench.connection
                    .send("POST", "/ssh-keys", "{\"key\":\"" + ssh.publicKey() + "\"}")
                    .expecting(2);
        }
        Rates bailiwick = ssh.bailiwick(Integer.parseInt(arguments[5]), "admin+" + JAIL);
        Map<String, Samples> peers = others.type(tools, WARM_UP, number);
        Report report = new Report("./bench console");
        report.line("## Console, SSH and files");
        report.line("");
        report.line(
                "By `./bench console %d` on %s, with server, database, agent and client on this machine.",
                number, Machine.describe());
        report.line("");
        report.line(
                "A typed character travels by WebSocket to a program with a terminal, which writes it back; in the containers of other programs, through");
        report.line(
                "the pipes of their commands, without a server between. A command that is waited for is `/bin/true`. In milliseconds.");
        report.line("");
        report.line("| | p50 | p95 | p99 |");
        report.line("|---|---|---|---|");
        row(report, "character and echo", echoes);
        peers.forEach((name, samples) -> row(report, "character and echo by `" + name + "`", samples));
        row(report, "command that is waited for", commands);
        report.line("");
        if (!others.absent().isEmpty()) {
            report.line("Not measured, as they do not run here: %s.", String.join(", ", others.absent()));
            report.line("");
        }
        rates(report, output, bailiwick, ssh.openssh());
        report.line("");
        report.line(
                "%d viewers who watch %d sessions hold %.0f KiB of the server's heap each after a full collection. 1,000 would hold %.0f MiB; they take",
                WATCHED_SESSIONS * VIEWERS_OF_SESSION, WATCHED_SESSIONS, viewer, viewer * 1000 / 1024);
        report.line("32 users, who have 32 streams each at most, and eight hosts, which have 128.");
        report.publish(Path.of(arguments[4]));
    }

    private static void row(Report report, String name, Samples samples) {
        report.line("| %s | %.2f | %.2f | %.2f |", name, samples.at(50), samples.at(95), samples.at(99));
    }

    private static void rates(Report report, double output, Rates bailiwick, Optional<Rates> openssh) {
        report.line(
                "%d MiB of output, and a file of that size by OpenSSH's `sftp`, in MiB/s; beside OpenSSH's own server, which has no jail:",
                OUTPUT_BYTES >> 20);
        report.line("");
        report.line("| | Bailiwick | OpenSSH |");
        report.line("|---|---|---|");
        report.line("| output by WebSocket | %.0f | |", output);
        row(report, "output by SSH", bailiwick.output(), openssh.map(Rates::output));
        row(report, "file sent by SFTP", bailiwick.put(), openssh.map(Rates::put));
        row(report, "file fetched by SFTP", bailiwick.get(), openssh.map(Rates::get));
    }

    private static void row(Report report, String name, double bailiwick, Optional<Double> openssh) {
        report.line(
                "| %s | %.0f | %s |",
                name, bailiwick, openssh.map("%.0f"::formatted).orElse("not installed"));
    }

    private String create(String name) throws IOException {
        return Instance.field(
                connection
                        .send(
                                "POST",
                                "/jails?wait=10s",
                                Instance.definition(name, instance.customer(), instance.host()))
                        .expecting(2)
                        .body(),
                "id");
    }

    private String session(String of, String body) throws IOException {
        return connection
                .send("POST", "/jails/" + of + "/exec", body)
                .expecting(2)
                .body();
    }

    private Viewer attach(String body) throws Exception {
        String created = session(jail, body);
        return Viewer.attach(instance, Instance.field(created, "attach"), Instance.field(created, "ticket"));
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

    /** Returns how much of the server's heap one viewer holds, who has seen some output. */
    private double viewerKibibytes(Heap heap) throws Exception {
        List<String> sessions = new ArrayList<>();
        String watched = create("watched");
        for (int i = 0; i < WATCHED_SESSIONS; i++) {
            String created =
                    session(watched, "{\"tty\":true,\"command\":[\"/bin/sh\",\"-c\",\"printf ready; exec cat\"]}");
            sessions.add("/jails/" + watched + "/exec/" + Instance.field(created, "id"));
        }
        long before = heap.used();
        List<Viewer> viewers = new ArrayList<>();
        for (String session : sessions) {
            for (int i = 0; i < VIEWERS_OF_SESSION; i++) {
                String ticket = connection
                        .send("POST", session + "/attach-ticket", "")
                        .expecting(2)
                        .body();
                Viewer viewer =
                        Viewer.attach(instance, "/api/v1" + session + "/attach", Instance.field(ticket, "ticket"));
                viewer.awaitBytes("ready".length());
                viewers.add(viewer);
            }
        }
        double each = (double) (heap.used() - before) / viewers.size();
        for (Viewer viewer : viewers) {
            viewer.close();
        }
        return each;
    }
}
