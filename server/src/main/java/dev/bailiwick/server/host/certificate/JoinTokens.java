package dev.bailiwick.server.host.certificate;

import dev.bailiwick.jail.HostId;

/** Issues tokens with which a machine can join as a host, once. */
public interface JoinTokens {

    /** Creates a token with which one machine can join as this host; it is returned only here. */
    String issue(HostId host);
}
