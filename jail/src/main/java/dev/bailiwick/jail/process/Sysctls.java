package dev.bailiwick.jail.process;

import dev.bailiwick.jail.validation.InvalidValue;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Settings of the kernel that the jail's own namespaces have, besides the host's (sysctl(8)). Only settings of {@link #known} are possible:
 * each belongs to a network or IPC namespace, and can hurt only the jail itself.
 *
 * @param all the value of each by its name, for example {@code net.core.somaxconn}: numbers, with a space between two
 */
public record Sysctls(SortedMap<String, String> all) {

    public static final Sysctls NONE = new Sysctls(Collections.emptySortedMap());

    private static final Map<String, Known> KNOWN = new LinkedHashMap<>();

    private static final String UNPRIVILEGED_PORTS = "net.ipv4.ip_unprivileged_port_start";
    private static final String OUTGOING_PORTS = "net.ipv4.ip_local_port_range";

    /** The first ports in a new network namespace. */
    private static final int FIRST_UNPRIVILEGED = 1_024;

    private static final int FIRST_OUTGOING = 32_768;

    static {
        addAmount("net.core.somaxconn", "a busy server needs a longer queue of connections", range(1, 65_535));
        add(UNPRIVILEGED_PORTS, "a daemon binds to port 80 without root", range(0, 65_535));
        add(OUTGOING_PORTS, "a proxy needs more outgoing connections", range(1, 65_535), range(1, 65_535));
        add("net.ipv4.tcp_keepalive_time", "a database finds out sooner that a client is gone", range(1, 32_767));
        add("net.ipv4.tcp_keepalive_intvl", "likewise", range(1, 32_767));
        add("net.ipv4.tcp_keepalive_probes", "likewise", range(1, 127));
        add("net.ipv4.tcp_fin_timeout", "a proxy reuses its ports sooner", range(1, 300));
        add("net.ipv4.tcp_tw_reuse", "likewise", range(0, 2));
        add("net.ipv4.tcp_slow_start_after_idle", "long connections stay fast", range(0, 1));
        addAmount("net.unix.max_dgram_qlen", "a log daemon loses nothing while it is busy", range(1, 10_000));
        addAmount(
                "kernel.shmmax", "databases ask for it; it can only be less than by default", range(1, Long.MAX_VALUE));
        addAmount("kernel.shmall", "likewise", range(1, Long.MAX_VALUE));
        addAmount("kernel.shmmni", "likewise", range(1, 32_768));
        addAmount(
                "kernel.sem",
                "databases with many processes ask for it",
                range(1, 65_536),
                range(1, 1_024_000_000),
                range(1, 1_000),
                range(1, 32_768));
        addAmount("kernel.msgmax", "programs with messages above 8 KiB", range(1, 1 << 20));
        addAmount("kernel.msgmnb", "likewise: the bytes of one queue", range(1, 1 << 20));
    }

    /**
     * A setting.
     *
     * @param numbers the bounds of each number of the value
     * @param kind what its numbers are
     */
    private record Known(String reason, List<Range> numbers, Kind kind) {}

    private enum Kind {
        /** How much memory of the kernel a jail can use: more costs the host more. */
        AMOUNT,
        /** Something that is neither more nor less. */
        CHOICE
    }

    private record Range(long minimum, long maximum) {

        private boolean contains(String text) {
            try {
                long number = Long.parseLong(text);
                return number >= minimum && number <= maximum;
            } catch (NumberFormatException e) {
                return false;
            }
        }

        @Override
        public String toString() {
            return minimum + " to " + maximum;
        }
    }

    public Sysctls {
        SortedMap<String, String> checked = new TreeMap<>();
        all.forEach((name, value) -> checked.put(name, check(name, value)));
        all = Collections.unmodifiableSortedMap(checked);
        int unprivileged = first(all, UNPRIVILEGED_PORTS, FIRST_UNPRIVILEGED);
        int outgoing = first(all, OUTGOING_PORTS, FIRST_OUTGOING);
        if (outgoing < unprivileged) {
            throw new InvalidValue("must not have outgoing ports that need a privilege: %s begins at %d, and %s is %d"
                    .formatted(OUTGOING_PORTS, outgoing, UNPRIVILEGED_PORTS, unprivileged));
        }
    }

    private static int first(SortedMap<String, String> all, String name, int otherwise) {
        String value = all.get(name);
        return value == null ? otherwise : Integer.parseInt(value.split(" ", -1)[0]);
    }

    /**
     * Returns the settings in the order in which the kernel accepts them: at no time do outgoing ports begin below those that need no
     * privilege (sysctl_net_ipv4.c).
     */
    public List<Map.Entry<String, String>> inOrder() {
        Comparator<Map.Entry<String, String>> unprivilegedLast =
                Comparator.comparing(setting -> setting.getKey().equals(UNPRIVILEGED_PORTS));
        boolean fitsDefault = first(all, UNPRIVILEGED_PORTS, FIRST_UNPRIVILEGED) <= FIRST_OUTGOING;
        return all.entrySet().stream()
                .sorted(fitsDefault ? unprivilegedLast.reversed() : unprivilegedLast)
                .toList();
    }

    private static Range range(long minimum, long maximum) {
        return new Range(minimum, maximum);
    }

    private static void add(String name, String reason, Range... numbers) {
        KNOWN.put(name, new Known(reason, List.of(numbers), Kind.CHOICE));
    }

    private static void addAmount(String name, String reason, Range... numbers) {
        KNOWN.put(name, new Known(reason, List.of(numbers), Kind.AMOUNT));
    }

    /** Returns the settings that say how much memory of the kernel a jail can use, so that a plan can bound them. */
    public static List<String> amounts() {
        return KNOWN.entrySet().stream()
                .filter(known -> known.getValue().kind == Kind.AMOUNT)
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Returns these settings, and those of {@code others} where these have none. */
    public Sysctls or(Sysctls others) {
        SortedMap<String, String> both = new TreeMap<>(others.all);
        both.putAll(all);
        return new Sysctls(both);
    }

    /** Returns whether no number of a valid value is above that of another one of the same setting. */
    public static boolean isWithin(String value, String most) {
        String[] numbers = value.split(" ", -1);
        String[] bounds = most.split(" ", -1);
        return IntStream.range(0, numbers.length)
                .allMatch(i -> Long.parseLong(numbers[i]) <= Long.parseLong(bounds[i]));
    }

    /** Returns why a definition may have each of the settings, by name. */
    public static Map<String, String> known() {
        Map<String, String> reasons = new LinkedHashMap<>();
        KNOWN.forEach((name, known) -> reasons.put(name, known.reason));
        return reasons;
    }

    /**
     * Returns the value as it is written to the kernel.
     *
     * @throws InvalidValue if a definition cannot have this setting, or not this value
     */
    public static String check(String name, String value) {
        Known known = KNOWN.get(name);
        if (known == null) {
            throw new InvalidValue(
                    "is not one of the settings that a jail can have: " + String.join(", ", KNOWN.keySet()));
        }
        String[] numbers = value.strip().split("\\s+", -1);
        boolean fits = numbers.length == known.numbers.size();
        for (int i = 0; fits && i < numbers.length; i++) {
            fits = known.numbers.get(i).contains(numbers[i]);
        }
        if (!fits) {
            throw new InvalidValue("must be "
                    + known.numbers.stream().map(Range::toString).collect(Collectors.joining(", a space, and ")));
        }
        if (name.equals(OUTGOING_PORTS) && Long.parseLong(numbers[0]) > Long.parseLong(numbers[1])) {
            throw new InvalidValue("must be the first port, a space, and a last port that is not before it");
        }
        return Stream.of(numbers)
                .map(number -> Long.toString(Long.parseLong(number)))
                .collect(Collectors.joining(" "));
    }
}
