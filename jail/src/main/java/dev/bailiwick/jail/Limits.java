package dev.bailiwick.jail;

import dev.bailiwick.jail.validation.InvalidValue;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * The maximum that a jail may use; an absent value means no limit of its own. A host whose kernel lacks the controller rejects the
 * definition; it does not ignore the limit.
 *
 * @param memoryBytes memory.max of cgroup v2, at least 4 MiB
 * @param processes pids.max, 1 to 4,194,304
 * @param cpuMillis thousandths of one CPU (cpu.max), 10 to 1,024,000
 */
public record Limits(OptionalLong memoryBytes, OptionalInt processes, OptionalInt cpuMillis) {

    public static final Limits NONE = new Limits(OptionalLong.empty(), OptionalInt.empty(), OptionalInt.empty());

    private static final long MIN_MEMORY = 4L << 20;

    public Limits {
        if (memoryBytes.isPresent() && memoryBytes.getAsLong() < MIN_MEMORY) {
            throw new InvalidValue("must be at least 4 MiB");
        }
        if (processes.isPresent() && (processes.getAsInt() < 1 || processes.getAsInt() > 4_194_304)) {
            throw new InvalidValue("must allow 1 to 4,194,304 processes");
        }
        if (cpuMillis.isPresent() && (cpuMillis.getAsInt() < 10 || cpuMillis.getAsInt() > 1_024_000)) {
            throw new InvalidValue("must allow 10 to 1,024,000 thousandths of a CPU, for example 1500 for 1.5 CPUs");
        }
    }
}
