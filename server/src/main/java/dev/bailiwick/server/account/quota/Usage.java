package dev.bailiwick.server.account.quota;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.Limits;
import java.util.Arrays;
import java.util.OptionalLong;

/**
 * What jails have, as their definitions say. A stopped jail counts like one that runs. Sums stop at 2^63 - 1.
 *
 * @param memory the sum of the limits of memory, in bytes
 * @param cpuMillis the sum of the limits of CPU, in thousandths of a CPU
 * @param addresses how many IP addresses they have
 * @param disk the sum of what their plans promise of disk, in bytes, whatever their files take
 * @param withoutMemoryLimit how many jails have no limit of memory; they count as 0 bytes
 * @param withoutCpuLimit how many jails have no limit of CPU; they count as 0
 * @param withoutDisk how many jails have no plan that states disk; they count as 0 bytes
 */
public record Usage(
        long jails,
        long memory,
        long cpuMillis,
        long addresses,
        long disk,
        long withoutMemoryLimit,
        long withoutCpuLimit,
        long withoutDisk) {

    public static final Usage NONE = new Usage(0, 0, 0, 0, 0, 0, 0, 0);

    /**
     * Returns what one jail has.
     *
     * @param disk what its plan promises of disk, in bytes; empty if it has no plan that states it
     */
    public static Usage of(JailDefinition jail, OptionalLong disk) {
        Limits limits = jail.limits();
        return new Usage(
                1,
                limits.memoryBytes().orElse(0),
                limits.cpuMillis().orElse(0),
                jail.addresses().all().size(),
                disk.orElse(0),
                limits.memoryBytes().isPresent() ? 0 : 1,
                limits.cpuMillis().isPresent() ? 0 : 1,
                disk.isPresent() ? 0 : 1);
    }

    Usage withAddresses(long number) {
        return new Usage(jails, memory, cpuMillis, number, disk, withoutMemoryLimit, withoutCpuLimit, withoutDisk);
    }

    Usage plus(Usage other) {
        return new Usage(
                sum(jails, other.jails),
                sum(memory, other.memory),
                sum(cpuMillis, other.cpuMillis),
                sum(addresses, other.addresses),
                sum(disk, other.disk),
                sum(withoutMemoryLimit, other.withoutMemoryLimit),
                sum(withoutCpuLimit, other.withoutCpuLimit),
                sum(withoutDisk, other.withoutDisk));
    }

    /** Returns the sum of two numbers that are not negative. */
    static long sum(long one, long other) {
        return one + other < 0 ? Long.MAX_VALUE : one + other;
    }

    /** Whether there is more of anything than in {@code before}. */
    @JsonIgnore
    public boolean exceeds(Usage before) {
        return Arrays.stream(Measure.values()).anyMatch(measure -> exceeds(before, measure));
    }

    @JsonIgnore
    boolean exceeds(Usage before, Measure measure) {
        return measure.amount(this) > measure.amount(before) || measure.unlimited(this) > measure.unlimited(before);
    }
}
