package dev.bailiwick.jail;

import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.validation.InvalidValue;

/**
 * The definition of one jail: the three fields of {@code struct jail} of the 2002 proposal (path, hostname, addresses), the policy,
 * and the other fields that hosting needs.
 *
 * @param incarnation counts the requested restarts: a running jail with another incarnation is stopped and started again
 */
public record JailDefinition(
        JailName name,
        Hostname hostname,
        RootPath path,
        Base base,
        IpAddresses addresses,
        Policy policy,
        Command command,
        Limits limits,
        WantedState wanted,
        long incarnation,
        Labels labels,
        StopMethod stop,
        Execution execution,
        RestartPolicy restarts,
        NameSettings names) {

    public JailDefinition {
        if (incarnation < 0) {
            throw new InvalidValue("must not have a negative incarnation");
        }
    }

    /**
     * Creates a definition without labels, with a plain execution and the name settings of its host, for a jail that is stopped and restarted as by default
     * and for which no restart was requested.
     */
    public JailDefinition(
            JailName name,
            Hostname hostname,
            RootPath path,
            Base base,
            IpAddresses addresses,
            Policy policy,
            Command command,
            Limits limits,
            WantedState wanted) {
        this(
                name,
                hostname,
                path,
                base,
                addresses,
                policy,
                command,
                limits,
                wanted,
                0,
                Labels.NONE,
                StopMethod.DEFAULT,
                Execution.PLAIN,
                RestartPolicy.ALWAYS,
                NameSettings.OF_HOST);
    }

    public JailDefinition withWanted(WantedState state) {
        return new JailDefinition(
                name,
                hostname,
                path,
                base,
                addresses,
                policy,
                command,
                limits,
                state,
                incarnation,
                labels,
                stop,
                execution,
                restarts,
                names);
    }

    public JailDefinition with(Policy other) {
        return new JailDefinition(
                name,
                hostname,
                path,
                base,
                addresses,
                other,
                command,
                limits,
                wanted,
                incarnation,
                labels,
                stop,
                execution,
                restarts,
                names);
    }

    /** Returns the definition of the same jail after this many requested restarts. */
    public JailDefinition withIncarnation(long times) {
        return new JailDefinition(
                name, hostname, path, base, addresses, policy, command, limits, wanted, times, labels, stop, execution,
                restarts, names);
    }

    public JailDefinition with(Labels others) {
        return new JailDefinition(
                name,
                hostname,
                path,
                base,
                addresses,
                policy,
                command,
                limits,
                wanted,
                incarnation,
                others,
                stop,
                execution,
                restarts,
                names);
    }

    public JailDefinition with(StopMethod other) {
        return new JailDefinition(
                name,
                hostname,
                path,
                base,
                addresses,
                policy,
                command,
                limits,
                wanted,
                incarnation,
                labels,
                other,
                execution,
                restarts,
                names);
    }

    public JailDefinition with(Execution other) {
        return new JailDefinition(
                name,
                hostname,
                path,
                base,
                addresses,
                policy,
                command,
                limits,
                wanted,
                incarnation,
                labels,
                stop,
                other,
                restarts,
                names);
    }

    public JailDefinition with(RestartPolicy other) {
        return new JailDefinition(
                name,
                hostname,
                path,
                base,
                addresses,
                policy,
                command,
                limits,
                wanted,
                incarnation,
                labels,
                stop,
                execution,
                other,
                names);
    }

    public JailDefinition with(NameSettings others) {
        return new JailDefinition(
                name,
                hostname,
                path,
                base,
                addresses,
                policy,
                command,
                limits,
                wanted,
                incarnation,
                labels,
                stop,
                execution,
                restarts,
                others);
    }

    /**
     * Returns the definition after somebody has started the jail. A jail whose policy lets it stay ended gets another incarnation: without
     * it, its host could not tell a start from any other change.
     */
    public JailDefinition started() {
        JailDefinition running = withWanted(WantedState.RUNNING);
        return restarts.equals(RestartPolicy.ALWAYS) ? running : running.withIncarnation(incarnation + 1);
    }
}
