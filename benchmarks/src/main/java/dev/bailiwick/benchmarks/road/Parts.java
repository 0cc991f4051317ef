package dev.bailiwick.benchmarks.road;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where the time of requests went, by what a jail's answer tells of its road and of the steps on its host. From any thread. */
final class Parts {

    private static final Pattern PART = Pattern.compile("\"(request|commit|push|accept|host)Micros\" *: *(\\d+)");
    private static final Pattern STEP = Pattern.compile(
            "\"name\" *: *\"([^\"]+)\" *, *\"startMicros\" *: *(\\d+) *, *\"durationMicros\" *: *(\\d+)");

    private final Map<String, Samples> samples = new LinkedHashMap<>();

    /**
     * @param jail as it was answered
     * @param took from the request to that answer, in microseconds
     */
    synchronized void record(String jail, long took) {
        long told = 0;
        Matcher part = PART.matcher(jail);
        while (part.find()) {
            add(part.group(1), Long.parseLong(part.group(2)));
            told += Long.parseLong(part.group(2));
        }
        if (told > 0) {
            add("answer", took - told);
        }
        Matcher step = STEP.matcher(jail);
        while (step.find()) {
            add("host: " + step.group(1), Long.parseLong(step.group(3)));
        }
    }

    private void add(String name, long micros) {
        samples.computeIfAbsent(name, _ -> new Samples()).add(micros);
    }

    /** In the order in which they came. */
    synchronized List<String> names() {
        return List.copyOf(samples.keySet());
    }

    /** Empty where there is no such part. */
    synchronized Samples of(String name) {
        return samples.getOrDefault(name, new Samples());
    }
}
