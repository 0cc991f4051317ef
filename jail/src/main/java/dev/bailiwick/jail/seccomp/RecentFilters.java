package dev.bailiwick.jail.seccomp;

import dev.bailiwick.jail.syscall.Architecture;
import dev.bailiwick.jail.syscall.OverrideDecision;
import dev.bailiwick.jail.syscall.Policy;
import dev.bailiwick.jail.syscall.PolicyOverride;
import dev.bailiwick.jail.syscall.Profile;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The filters that were compiled last. A host runs thousands of jails with only a few policies, and compiling takes milliseconds,
 * while all system calls of a start take one.
 */
final class RecentFilters {

    private static final int MAX = 256;

    /** In order of use; guarded by itself. */
    private final Map<Key, SeccompFilter> filters = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, SeccompFilter> eldest) {
            return size() > MAX;
        }
    };

    /** Everything a filter depends on. The author, reason and expiry of an override are not part of it. */
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

    /** If two threads need the same missing filter at once, both compile it; neither waits for the other. */
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
