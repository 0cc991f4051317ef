package dev.bailiwick.jail.firewall;

import dev.bailiwick.jail.PublishedPort;
import dev.bailiwick.jail.validation.InvalidValue;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Ports of a rule, as ranges in ascending order that neither overlap nor touch; empty for all ports. Written as {@code 80,443,8000-8100}.
 */
public record Ports(List<Range> ranges) {

    public static final int MAX_RANGES = 16;
    public static final Ports ALL = new Ports(List.of());

    private static final Pattern RANGE = Pattern.compile("([0-9]{1,5})(?:-([0-9]{1,5}))?");

    /**
     * @param first 1 to 65,535
     * @param last {@code first} to 65,535
     */
    public record Range(int first, int last) {

        /** @throws InvalidValue if one is no port, or they are in the wrong order */
        public Range {
            PublishedPort.requirePort(first);
            PublishedPort.requirePort(last);
            if (last < first) {
                throw new InvalidValue("must name the lower port of a range first");
            }
        }

        @Override
        public String toString() {
            return first == last ? Integer.toString(first) : first + "-" + last;
        }
    }

    /** @throws InvalidValue if there are more than {@value #MAX_RANGES} ranges */
    public Ports {
        if (ranges.size() > MAX_RANGES) {
            throw new InvalidValue("must have at most " + MAX_RANGES + " ports or ranges");
        }
        ranges = merged(ranges);
    }

    private static List<Range> merged(List<Range> ranges) {
        List<Range> merged = new ArrayList<>();
        for (Range next :
                ranges.stream().sorted(Comparator.comparingInt(Range::first)).toList()) {
            Range before = merged.isEmpty() ? null : merged.getLast();
            if (before != null && next.first <= before.last + 1) {
                merged.set(merged.size() - 1, new Range(before.first, Math.max(before.last, next.last)));
            } else {
                merged.add(next);
            }
        }
        return List.copyOf(merged);
    }

    /**
     * Reads ports and ranges with commas between them; all ports if the text is empty.
     *
     * @throws InvalidValue if it is something else
     */
    public static Ports parse(String text) {
        if (text.isEmpty()) {
            return ALL;
        }
        List<Range> ranges = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            var found = RANGE.matcher(part.strip());
            if (!found.matches()) {
                throw new InvalidValue("must be ports like 80,443,8000-8100");
            }
            int first = Integer.parseInt(found.group(1));
            ranges.add(new Range(first, found.group(2) == null ? first : Integer.parseInt(found.group(2))));
        }
        return new Ports(ranges);
    }

    public boolean areAll() {
        return ranges.isEmpty();
    }

    public boolean contain(int port) {
        return areAll() || ranges.stream().anyMatch(range -> range.first <= port && port <= range.last);
    }

    @Override
    public String toString() {
        return ranges.stream().map(Range::toString).collect(Collectors.joining(","));
    }
}
