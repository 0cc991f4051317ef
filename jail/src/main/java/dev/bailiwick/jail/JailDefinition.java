package dev.bailiwick.jail;

import dev.bailiwick.jail.syscall.Policy;

/**
 * All that an operator says about one jail. The three fields of the 2002 proposal's {@code struct jail} (path, hostname,
 * addresses) and its policy, with what hosting needs beside them.
 *
 * @param incarnation counts the restarts that were asked for: a running jail of another incarnation is stopped and started again
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
        Labels labels) {

    public JailDefinition {
        if (incarnation < 0) {
            throw new InvalidValue("must not have a negative incarnation");
        }
    }

    /** A definition of a jail that nobody has asked to restart, without labels. */
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
        this(name, hostname, path, base, addresses, policy, command, limits, wanted, 0, Labels.NONE);
    }

    public JailDefinition wanting(WantedState state) {
        return new JailDefinition(
                name, hostname, path, base, addresses, policy, command, limits, state, incarnation, labels);
    }

    public JailDefinition with(Policy other) {
        return new JailDefinition(
                name, hostname, path, base, addresses, other, command, limits, wanted, incarnation, labels);
    }

    /** The same jail after this many restarts that were asked for. */
    public JailDefinition incarnated(long times) {
        return new JailDefinition(
                name, hostname, path, base, addresses, policy, command, limits, wanted, times, labels);
    }

    public JailDefinition with(Labels others) {
        return new JailDefinition(
                name, hostname, path, base, addresses, policy, command, limits, wanted, incarnation, others);
    }
}
