package dev.bailiwick.agent.kernel;

import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.IpAddresses;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.NameSettings;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.process.Command;
import dev.bailiwick.jail.process.Execution;

/** A copy of a definition with some components replaced. */
public record DefinitionVariant(JailDefinition definition) {

    public static DefinitionVariant of(JailDefinition plain) {
        return new DefinitionVariant(plain);
    }

    public DefinitionVariant path(RootPath path) {
        return with(path, definition.base(), definition.addresses(), definition.command(), definition.limits());
    }

    public DefinitionVariant base(Base base) {
        return with(definition.path(), base, definition.addresses(), definition.command(), definition.limits());
    }

    public DefinitionVariant addresses(IpAddresses addresses) {
        return with(definition.path(), definition.base(), addresses, definition.command(), definition.limits());
    }

    public DefinitionVariant command(Command command) {
        return with(definition.path(), definition.base(), definition.addresses(), command, definition.limits());
    }

    public DefinitionVariant limits(Limits limits) {
        return with(definition.path(), definition.base(), definition.addresses(), definition.command(), limits);
    }

    public DefinitionVariant policy(Policy policy) {
        return new DefinitionVariant(definition.with(policy));
    }

    public DefinitionVariant execution(Execution execution) {
        return new DefinitionVariant(definition.with(execution));
    }

    public DefinitionVariant names(NameSettings names) {
        return new DefinitionVariant(definition.with(names));
    }

    private DefinitionVariant with(RootPath path, Base base, IpAddresses addresses, Command command, Limits limits) {
        return new DefinitionVariant(new JailDefinition(
                definition.name(),
                definition.hostname(),
                path,
                base,
                addresses,
                definition.policy(),
                command,
                limits,
                definition.wanted(),
                definition.incarnation(),
                definition.labels(),
                definition.stop(),
                definition.execution(),
                definition.restarts(),
                definition.names()));
    }
}
