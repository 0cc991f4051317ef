package dev.bailiwick.agent.figure;

import static dev.bailiwick.agent.kernel.JailMetrics.ABSENT;

import dev.bailiwick.agent.kernel.JailMetrics.Run;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.figure.Metric;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/** Writes the samples of one jail for people and their tools. */
public final class KeptSamples {

    private static final String HEAD =
            Arrays.stream(Metric.values()).map(Metric::text).collect(Collectors.joining(",", "at,run,", ""));

    private KeptSamples() {}

    /**
     * Writes a line for each sample of a cgroup or link of the jail, in order, after one with the names of the columns. What was not measured
     * is empty.
     *
     * @param state the directory of the agent's state; its agent may run
     * @return the number of samples; if it is 0, nothing is written
     */
    public static int write(Path state, JailId jail, PrintStream to) {
        SampleRing ring = SampleRing.open(state, SampleRing.MAX_BYTES);
        AtomicInteger written = new AtomicInteger();
        ring.slots()
                .forEach(slot -> ring.read(slot, (at, of, run, values) -> {
                    if (of.equals(jail)) {
                        if (written.getAndIncrement() == 0) {
                            to.println(HEAD);
                        }
                        to.println(line(at, run, values));
                    }
                }));
        return written.get();
    }

    private static String line(Instant at, Run run, long[] values) {
        return Arrays.stream(values)
                .mapToObj(value -> value == ABSENT ? "" : Long.toString(value))
                .collect(Collectors.joining(",", at + "," + run.id() + ",", ""));
    }
}
