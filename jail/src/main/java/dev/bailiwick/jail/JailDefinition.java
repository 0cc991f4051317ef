package dev.bailiwick.jail;

import dev.bailiwick.jail.syscall.Policy;

/**
 * All that an operator says about one jail. The three fields of the 2002 proposal's {@code struct jail} (path, hostname,
 * addresses) and its policy, with what hosting needs beside them.
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
        WantedState wanted) {

    public JailDefinition wanting(WantedState state) {
        return new JailDefinition(name, hostname, path, base, addresses, policy, command, limits, state);
    }
}
