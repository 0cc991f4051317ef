package dev.bailiwick.server.host.certificate;

import dev.bailiwick.jail.HostId;

/** Lets a machine become a host, once. */
public interface JoinTokens {

    /** A token that one machine can spend to become this host; shown here and never again. */
    String issue(HostId host);
}
