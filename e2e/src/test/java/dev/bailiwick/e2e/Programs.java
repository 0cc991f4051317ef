package dev.bailiwick.e2e;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The installed programs, with the options of a fleet. */
final class Programs {

    /** Each jail has less, unless its definition says more. */
    private static final long MAX_LOG_BYTES = 2L << 30;

    private Programs() {}

    /** @param options options of this server, in addition to those of all servers here */
    static Program server(Path directory, List<String> options) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of(
                Installation.java().toString(),
                "-Xmx512m",
                // A killed server does not delete its temporary files.
                "-Djava.io.tmpdir=" + directory.resolve("server/tmp"),
                // The second compiler would slow down the start, and its code is useful only after the test.
                "-XX:TieredStopAtLevel=1",
                "-jar",
                Installation.server().toString()));
        words.addAll(options);
        return new Program("the server", words, directory.resolve("server.log"));
    }

    static Program agent(TestPartition partition, String command, List<String> more) {
        List<String> words = new ArrayList<>(List.of(
                Installation.agent().toString(),
                command,
                "--state",
                partition.directory().resolve("state").toString(),
                "--root-base",
                rootBase(partition).toString(),
                "--runtime",
                partition.directory().resolve("run").toString(),
                "--logs",
                partition.directory().resolve("logs").toString(),
                "--log-size",
                Long.toString(MAX_LOG_BYTES),
                "--cgroup",
                partition.cgroup(),
                "--first-host-id",
                Long.toString(partition.firstHostId()),
                "--host-id-ranges",
                Integer.toString(partition.hostIdRanges())));
        words.addAll(more);
        return new Program("the agent", words, partition.directory().resolve("agent.log"));
    }

    static Path rootBase(TestPartition of) {
        return of.directory().resolve("jails");
    }
}
