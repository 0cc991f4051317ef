package dev.bailiwick.server.account.authentication;

import java.time.Instant;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The factors that somebody has shown, and when, to the second. */
public record Factors(Map<Factor, Instant> times) {

    public static final Factors NONE = new Factors(Map.of());

    public Factors {
        times = Map.copyOf(times);
    }

    public static Factors of(Factor factor, Instant at) {
        return new Factors(Map.of(factor, Instant.ofEpochSecond(at.getEpochSecond())));
    }

    /** Returns these factors and another one, which replaces an earlier showing of the same. */
    public Factors and(Factor factor, Instant at) {
        Map<Factor, Instant> all = new EnumMap<>(Factor.class);
        all.putAll(times);
        all.putAll(of(factor, at).times);
        return new Factors(all);
    }

    /** Returns the names of the factors, for people and the audit: {@code password+code}. */
    public String names() {
        return times.keySet().stream().sorted().map(Factor::toString).collect(Collectors.joining("+"));
    }

    /** Returns the form in which a session keeps them: {@code password=1790000000 code=1790000009}. */
    public String text() {
        return times.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(entry -> entry.getKey() + "=" + entry.getValue().getEpochSecond())
                .collect(Collectors.joining(" "));
    }

    /** Reads what {@link #text} wrote. Factors that this version does not know do not count. */
    public static Factors parse(@Nullable Object text) {
        Map<Factor, Instant> times = new EnumMap<>(Factor.class);
        if (text instanceof String known && !known.isEmpty()) {
            Arrays.stream(known.split(" ", -1)).map(part -> part.split("=", 2)).forEach(part -> {
                Optional<Factor> factor = Factor.parse(part[0]);
                factor.ifPresent(shown -> times.put(shown, Instant.ofEpochSecond(Long.parseLong(part[1]))));
            });
        }
        return new Factors(times);
    }
}
