package dev.bailiwick.jail;

import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.process.Command;
import dev.bailiwick.jail.process.Execution;
import dev.bailiwick.jail.process.RestartPolicy;
import dev.bailiwick.jail.process.StopMethod;
import dev.bailiwick.jail.validation.InvalidValue;
import java.util.function.Consumer;

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
     * Creates a definition without labels, with a plain execution and the name settings of its host, for a jail that is stopped and
     * restarted as by default and for which no restart was requested.
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
        return with(copy -> copy.wanted = state);
    }

    public JailDefinition with(Policy other) {
        return with(copy -> copy.policy = other);
    }

    /** Returns the definition of the same jail after this many requested restarts. */
    public JailDefinition withIncarnation(long times) {
        return with(copy -> copy.incarnation = times);
    }

    public JailDefinition with(IpAddresses others) {
        return with(copy -> copy.addresses = others);
    }

    public JailDefinition with(Command other) {
        return with(copy -> copy.command = other);
    }

    public JailDefinition with(Limits others) {
        return with(copy -> copy.limits = others);
    }

    public JailDefinition with(Labels others) {
        return with(copy -> copy.labels = others);
    }

    public JailDefinition with(StopMethod other) {
        return with(copy -> copy.stop = other);
    }

    public JailDefinition with(Execution other) {
        return with(copy -> copy.execution = other);
    }

    public JailDefinition with(RestartPolicy other) {
        return with(copy -> copy.restarts = other);
    }

    public JailDefinition with(NameSettings others) {
        return with(copy -> copy.names = others);
    }

    private JailDefinition with(Consumer<Copy> change) {
        Copy copy = new Copy(this);
        change.accept(copy);
        return new JailDefinition(
                name,
                hostname,
                path,
                base,
                copy.addresses,
                copy.policy,
                copy.command,
                copy.limits,
                copy.wanted,
                copy.incarnation,
                copy.labels,
                copy.stop,
                copy.execution,
                copy.restarts,
                copy.names);
    }

    /** The components that can be replaced by another. */
    private static final class Copy {

        private IpAddresses addresses;
        private Policy policy;
        private Command command;
        private Limits limits;
        private WantedState wanted;
        private long incarnation;
        private Labels labels;
        private StopMethod stop;
        private Execution execution;
        private RestartPolicy restarts;
        private NameSettings names;

        private Copy(JailDefinition original) {
            addresses = original.addresses;
            policy = original.policy;
            command = original.command;
            limits = original.limits;
            wanted = original.wanted;
            incarnation = original.incarnation;
            labels = original.labels;
            stop = original.stop;
            execution = original.execution;
            restarts = original.restarts;
            names = original.names;
        }
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
