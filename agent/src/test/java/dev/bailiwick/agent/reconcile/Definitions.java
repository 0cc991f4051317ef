package dev.bailiwick.agent.reconcile;

import dev.bailiwick.agent.kernel.DefinitionVariant;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.Hostname;
import dev.bailiwick.jail.IpAddresses;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.JailName;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.WantedState;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.jail.desired.DesiredJail.FilesFate;
import dev.bailiwick.jail.desired.DesiredState;
import dev.bailiwick.jail.policy.OverrideDecision;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.policy.PolicyOverride;
import dev.bailiwick.jail.process.Command;
import dev.bailiwick.jail.syscall.Profile;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Jails for tests: number n is always the same jail. */
public final class Definitions {

    private Definitions() {}

    public static JailId id(int n) {
        return new JailId(new UUID(0x0190_0000_0000_7000L, n));
    }

    public static JailDefinition definition(int n) {
        return new JailDefinition(
                new JailName("web" + n),
                new Hostname("web" + n + ".example.org"),
                new RootPath("/jails/web" + n),
                new Base.Thin(),
                IpAddresses.of("198.18.0." + n),
                Policy.of(Profile.HOSTING),
                Command.of("/sbin/init"),
                Limits.NONE,
                WantedState.RUNNING);
    }

    public static JailDefinition withHostname(JailDefinition old, String hostname) {
        return new JailDefinition(
                old.name(),
                new Hostname(hostname),
                old.path(),
                old.base(),
                old.addresses(),
                old.policy(),
                old.command(),
                old.limits(),
                old.wanted());
    }

    public static JailDefinition withName(JailDefinition old, String name) {
        return new JailDefinition(
                new JailName(name),
                old.hostname(),
                old.path(),
                old.base(),
                old.addresses(),
                old.policy(),
                old.command(),
                old.limits(),
                old.wanted());
    }

    public static JailDefinition withPath(JailDefinition old, String path) {
        return DefinitionVariant.of(old).path(new RootPath(path)).definition();
    }

    public static JailDefinition withOverride(JailDefinition old, String reason, Optional<Instant> until) {
        PolicyOverride override =
                new PolicyOverride("userfaultfd", new OverrideDecision.Allow(), reason, "operator", until);
        return withPolicy(old, new Policy(old.policy().profile(), List.of(override)));
    }

    public static JailDefinition withPolicy(JailDefinition old, Policy policy) {
        return DefinitionVariant.of(old).policy(policy).definition();
    }

    public static DesiredJail.Present kept(int n) {
        return kept(n, 1, definition(n));
    }

    public static DesiredJail.Present kept(int n, long generation, JailDefinition definition) {
        return new DesiredJail.Present(id(n), generation, definition);
    }

    public static DesiredJail.Present stopped(int n, long generation) {
        return kept(n, generation, definition(n).withWanted(WantedState.STOPPED));
    }

    public static DesiredJail.Removed removed(int n, long generation, FilesFate files) {
        JailDefinition definition = definition(n);
        return new DesiredJail.Removed(id(n), generation, definition.path(), definition.base(), files);
    }

    public static DesiredState state(long revision, DesiredJail... jails) {
        Map<JailId, DesiredJail> byId = new HashMap<>();
        for (DesiredJail desired : jails) {
            byId.put(desired.id(), desired);
        }
        return new DesiredState(revision, byId);
    }
}
