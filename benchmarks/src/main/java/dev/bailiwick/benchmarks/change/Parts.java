package dev.bailiwick.benchmarks.change;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The parts of the time of requests: those in the jail's timeline, and the steps on its host. Thread-safe. */
final class Parts {

    private static final Pattern PART = Pattern.compile("\"(request|commit|push|accept|host)Micros\" *: *(\\d+)");
    private static final Pattern STEP = Pattern.compile(
            "\"name\" *: *\"([^\"]+)\" *, *\"startMicros\" *: *(\\d+) *, *\"durationMicros\" *: *(\\d+)");

    private final Map<String, Samples> samples = new LinkedHashMap<>();

    /**
     * Adds the parts of one request.
     *
     * @param jail the answer of the server
     * @param took the time from the request to this answer, in microseconds
     */
    synchronized void record(String jail, long took) {
        long inParts = 0;
        Matcher part = PART.matcher(jail);
        while (part.find()) {
            add(part.group(1), Long.parseLong(part.group(2)));
            inParts += Long.parseLong(part.group(2));
        }
        if (inParts > 0) {
            add("answer", took - inParts);
        }
        Matcher step = STEP.matcher(jail);
        while (step.find()) {
            add("host: " + step.group(1), Long.parseLong(step.group(3)));
        }
    }

    private void add(String name, long micros) {
        samples.computeIfAbsent(name, _ -> new Samples()).add(micros);
    }

    /** Returns the names of the parts, in the order in which they came. */
    synchronized List<String> names() {
        return List.copyOf(samples.keySet());
    }

    /** Returns the durations of a part; none if there is no such part. */
    synchronized Samples of(String name) {
        return samples.getOrDefault(name, new Samples());
    }
}
