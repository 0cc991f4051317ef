package dev.bailiwick.e2e;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A jail as the API answers it; only what tests look at. */
record Jail(
        UUID id,
        String name,
        String customer,
        long generation,
        String path,
        String hostname,
        List<String> ip,
        Map<String, String> environment,
        String wanted,
        @Nullable String retiredAt,
        Status status) {

    record Status(
            String phase,
            long generation,
            long acceptedGeneration,
            @Nullable Integer initPid,
            int restarts,
            List<Condition> conditions,
            List<Step> steps) {}

    record Condition(String reason, String message) {}

    record Step(String name, long startMicros, long durationMicros) {}

    /** Its init as the host sees it. */
    int initPid() {
        if (status.initPid == null) {
            throw new AssertionError("has no init: " + this);
        }
        return status.initPid;
    }

    String address4() {
        return ip.stream().filter(address -> address.contains(".")).findFirst().orElseThrow();
    }

    boolean isRetired() {
        return retiredAt != null;
    }

    /** Whether what is wanted of it is what is true. */
    boolean isSettled() {
        return !isRetired() && status.generation == generation && status.phase.equals(wanted);
    }
}
