package dev.bailiwick.jail.seccomp;

import dev.bailiwick.jail.policy.OverrideDecision;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.policy.PolicyOverride;
import dev.bailiwick.jail.syscall.Architecture;
import dev.bailiwick.jail.syscall.Profile;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * A cache of the filters that were used last. A host runs thousands of jails with only a few policies. To compile one takes
 * milliseconds, whereas all system calls of a start together take one.
 */
final class RecentFilters {

    private static final int MAX = 256;

    /** Ordered by last use; guarded by its own monitor. */
    private final Map<Key, SeccompFilter> filters = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, SeccompFilter> eldest) {
            return size() > MAX;
        }
    };

    /** Everything that a filter depends on. An override's author, reason and expiry are not part of it. */
    private record Key(Architecture architecture, Profile profile, Map<String, Set<OverrideDecision>> inForce) {

        static Key of(Policy policy, Architecture architecture, Instant now) {
            return new Key(
                    architecture,
                    policy.profile(),
                    policy.overrides().stream()
                            .filter(o -> o.isInForce(now))
                            .collect(Collectors.groupingBy(
                                    PolicyOverride::call,
                                    Collectors.mapping(PolicyOverride::decision, Collectors.toSet()))));
        }
    }

    /** Returns the cached filter, or compiles it. Two threads that need the same missing filter both compile it without waiting. */
    SeccompFilter get(Policy policy, Architecture architecture, Instant now, Supplier<SeccompFilter> compile) {
        Key key = Key.of(policy, architecture, now);
        synchronized (filters) {
            SeccompFilter known = filters.get(key);
            if (known != null) {
                return known;
            }
        }
        SeccompFilter compiled = compile.get();
        synchronized (filters) {
            filters.put(key, compiled);
        }
        return compiled;
    }
}
