package dev.bailiwick.server.plan;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.bailiwick.jail.Limit;
import dev.bailiwick.jail.Limits;
import org.jspecify.annotations.Nullable;

/**
 * Limits as the API shows them, for a jail and for a plan.
 *
 * @param memory in bytes; likewise shm, tmp, run, memoryHigh, swap, ioBytes and log
 * @param bandwidthIn in bits a second; likewise bandwidthOut
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record LimitsDocument(
        @Nullable Long memory,
        @Nullable Integer processes,
        @Nullable Integer cpuMillis,
        @Nullable Long shm,
        @Nullable Long tmp,
        @Nullable Long run,
        @Nullable Long memoryHigh,
        @Nullable Long swap,
        @Nullable Long cpuWeight,
        @Nullable String cpus,
        @Nullable Long ioWeight,
        @Nullable Long ioBytes,
        @Nullable Long ioOperations,
        @Nullable Long files,
        @Nullable Long bandwidthIn,
        @Nullable Long bandwidthOut,
        @Nullable Long connections,
        @Nullable Long log) {

    public static LimitsDocument of(Limits limits) {
        return new LimitsDocument(
                limits.amounts().get(Limit.MEMORY),
                limits.processes().isPresent() ? limits.processes().getAsInt() : null,
                limits.cpuMillis().isPresent() ? limits.cpuMillis().getAsInt() : null,
                limits.amounts().get(Limit.SHM),
                limits.amounts().get(Limit.TMP),
                limits.amounts().get(Limit.RUN),
                limits.amounts().get(Limit.MEMORY_HIGH),
                limits.amounts().get(Limit.SWAP),
                limits.amounts().get(Limit.CPU_WEIGHT),
                limits.cpus().isAll() ? null : limits.cpus().text(),
                limits.amounts().get(Limit.IO_WEIGHT),
                limits.amounts().get(Limit.IO_BYTES),
                limits.amounts().get(Limit.IO_OPERATIONS),
                limits.amounts().get(Limit.FILES),
                limits.amounts().get(Limit.BANDWIDTH_IN),
                limits.amounts().get(Limit.BANDWIDTH_OUT),
                limits.amounts().get(Limit.CONNECTIONS),
                limits.amounts().get(Limit.LOG));
    }
}
