package dev.bailiwick.jail;

import dev.bailiwick.jail.validation.InvalidValue;
import java.util.BitSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The CPUs of a host on which a jail may run; empty for all.
 *
 * @param text as the kernel writes it: ascending numbers and ranges, such as {@code 0-3,8} ({@code cpuset.cpus} of cgroup v2)
 */
public record CpuSet(String text) {

    public static final CpuSet ALL = new CpuSet("");

    /** Linux is built for at most so many (NR_CPUS). */
    private static final int MAX_CPUS = 8_192;

    private static final int MAX_LENGTH = 4_096;
    private static final Pattern RANGE = Pattern.compile("([0-9]{1,4})(?:-([0-9]{1,4}))?");

    public CpuSet {
        text = text(read(text));
    }

    private static BitSet read(String text) {
        BitSet cpus = new BitSet();
        if (text.isEmpty()) {
            return cpus;
        }
        if (text.length() > MAX_LENGTH) {
            throw new InvalidValue("must have at most 4,096 characters");
        }
        for (String part : text.split(",", -1)) {
            Matcher range = RANGE.matcher(part.strip());
            if (!range.matches()) {
                throw new InvalidValue("must be CPUs and ranges of CPUs, as in '0-3,8'");
            }
            int first = Integer.parseInt(range.group(1));
            int last = range.group(2) == null ? first : Integer.parseInt(range.group(2));
            if (first > last || last >= MAX_CPUS) {
                throw new InvalidValue("must be CPUs from 0 to 8,191, and ranges of them that ascend, as in '0-3,8'");
            }
            cpus.set(first, last + 1);
        }
        return cpus;
    }

    private static String text(BitSet cpus) {
        return IntStream.iterate(
                        cpus.nextSetBit(0), first -> first >= 0, first -> cpus.nextSetBit(cpus.nextClearBit(first)))
                .mapToObj(first -> {
                    int last = cpus.nextClearBit(first) - 1;
                    return first == last ? String.valueOf(first) : first + "-" + last;
                })
                .collect(Collectors.joining(","));
    }

    public boolean isAll() {
        return text.isEmpty();
    }

    /** Returns those of these CPUs that are not in {@code others}. */
    public CpuSet without(CpuSet others) {
        BitSet rest = read(text);
        rest.andNot(read(others.text));
        return new CpuSet(text(rest));
    }

    @Override
    public String toString() {
        return text;
    }
}
