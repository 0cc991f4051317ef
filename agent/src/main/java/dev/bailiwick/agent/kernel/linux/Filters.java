package dev.bailiwick.agent.kernel.linux;

import dev.bailiwick.jail.seccomp.SeccompCompiler;
import dev.bailiwick.jail.seccomp.SeccompFilter;
import dev.bailiwick.jail.syscall.Architecture;
import dev.bailiwick.jail.syscall.Policy;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** Compiled filters of the policies used last: most jails of a host share a few. */
final class Filters {

    private static final int MOST = 256;

    private final Map<Policy, SeccompFilter> compiled = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Policy, SeccompFilter> eldest) {
            return size() > MOST;
        }
    };

    /** The filter of this policy at this moment: overrides that have ended do not count. */
    synchronized SeccompFilter of(Policy policy, Instant now) {
        Policy inForce = new Policy(
                policy.profile(),
                policy.overrides().stream()
                        .filter(override -> override.until().isEmpty()
                                || now.isBefore(override.until().get()))
                        .toList());
        return compiled.computeIfAbsent(
                inForce, uncompiled -> SeccompCompiler.compile(uncompiled, Architecture.host(), now));
    }
}
