package dev.bailiwick.e2e;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A jail in an answer of the API; it has only the fields that tests use. */
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

    record Condition(
            String reason, String message, @Nullable String advice) {}

    record Step(String name, long startMicros, long durationMicros) {}

    /** Returns the process id of the jail's init on the host. */
    int initPid() {
        if (status.initPid == null) {
            throw new AssertionError("the jail has no init: " + this);
        }
        return status.initPid;
    }

    String address4() {
        return ip.stream().filter(address -> address.contains(".")).findFirst().orElseThrow();
    }

    boolean isRetired() {
        return retiredAt != null;
    }

    /** Returns whether the jail is as its definition says. */
    boolean isSettled() {
        return !isRetired() && status.generation == generation && status.phase.equals(wanted);
    }
}
