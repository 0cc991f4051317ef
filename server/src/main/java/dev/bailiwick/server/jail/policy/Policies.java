package dev.bailiwick.server.jail.policy;

import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.syscall.Architecture;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.server.host.Host;
import dev.bailiwick.server.host.Hosts;
import dev.bailiwick.server.jail.intent.Restart;
import dev.bailiwick.server.jail.view.JailView;
import java.time.Clock;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** The readings of policies at the current time. A jail's policy is read for the architecture of its host. */
@Component
public class Policies {

    private final Hosts hosts;
    private final Clock clock;

    Policies(Hosts hosts, Clock clock) {
        this.hosts = hosts;
        this.clock = clock;
    }

    public PolicyReading of(JailView jail) {
        return of(jail.definition().policy(), architecture(jail));
    }

    public PolicyReading of(Policy policy, Architecture architecture) {
        return new PolicyReading(policy, architecture, clock.instant());
    }

    /** Returns the architecture of the jail's host; x86-64 until the host has reported it. */
    public Architecture architecture(JailView jail) {
        return hosts.find(jail.host())
                .flatMap(Host::presence)
                .flatMap(presence -> known(presence.facts().architecture()))
                .orElse(Architecture.X86_64);
    }

    /** Returns whether the change from one definition to another restarts a running jail. */
    public Restart restart(JailDefinition before, JailDefinition after) {
        return Restart.of(before, after, clock.instant());
    }

    private static Optional<Architecture> known(String name) {
        try {
            return Optional.of(Architecture.parse(name));
        } catch (InvalidValue unknown) {
            return Optional.empty();
        }
    }
}
