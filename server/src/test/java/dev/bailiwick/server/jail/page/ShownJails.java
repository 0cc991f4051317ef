package dev.bailiwick.server.jail.page;

import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.Hostname;
import dev.bailiwick.jail.IpAddresses;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.JailName;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.WantedState;
import dev.bailiwick.jail.policy.OverrideDecision;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.policy.PolicyOverride;
import dev.bailiwick.jail.process.Command;
import dev.bailiwick.jail.report.Condition;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.host.HostName;
import dev.bailiwick.server.jail.view.JailStatus;
import dev.bailiwick.server.jail.view.JailView;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;

/** Jails for the tests of pages. */
public final class ShownJails {

    static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");

    private ShownJails() {}

    public static JailDefinition definition() {
        return new JailDefinition(
                new JailName("shop"),
                new Hostname("shop.example.org"),
                new RootPath("/var/lib/bailiwick/jails/shop"),
                new Base.Thin(),
                IpAddresses.of("198.18.0.5", "fdb1:1::5"),
                new Policy(
                        Profile.HOSTING,
                        List.of(new PolicyOverride(
                                "ptrace",
                                new OverrideDecision.Deny("EPERM"),
                                "nobody debugs a shop",
                                "ada",
                                Optional.of(Instant.parse("2026-12-24T18:00:00Z"))))),
                new Command(List.of("/usr/sbin/nginx", "-g", "daemon off;"), Map.of("LANG", "C.UTF-8", "TZ", "UTC")),
                new Limits(OptionalLong.of(512 << 20), OptionalInt.of(256), OptionalInt.empty()),
                WantedState.RUNNING);
    }

    public static JailView jail(Optional<Phase> phase, long wanted, long accepted, long applied) {
        return jail(definition(), phase, wanted, accepted, applied);
    }

    public static JailView jail(
            JailDefinition definition, Optional<Phase> phase, long wanted, long accepted, long applied) {
        return jail(definition, phase, wanted, accepted, applied, List.of());
    }

    public static JailView jail(
            JailDefinition definition,
            Optional<Phase> phase,
            long wanted,
            long accepted,
            long applied,
            List<Condition> conditions) {
        return new JailView(
                new JailId(UUID.fromString("019ab3c4-7d1e-7b32-9f00-3c1c7ae0b6de")),
                new CustomerId(UUID.fromString("019ab3c4-7d1e-7b32-9f00-3c1c7ae0b6df")),
                new HostId(UUID.fromString("019ab3c4-7d1e-7b32-9f00-3c1c7ae0b6e0")),
                new HostName("rack-1"),
                Optional.empty(),
                Optional.empty(),
                wanted,
                definition,
                NOW,
                NOW,
                Optional.empty(),
                new JailStatus(
                        phase,
                        applied,
                        accepted,
                        Optional.of(NOW),
                        OptionalInt.empty(),
                        0,
                        conditions,
                        List.of(),
                        Optional.empty()));
    }
}
