package dev.bailiwick.server.host;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.page.LivePart;
import java.util.List;

/** The jails of a host for its page. Another module, which knows jails, implements this. */
public interface HostedJails {

    /**
     * Returns the first jails by name, as parts of a live page. The first part contains all others; its event is {@code
     * host-jails}, and its variable is {@code jails}.
     *
     * @param limit the maximum number of jails
     */
    List<LivePart> of(Caller caller, HostId host, int limit);
}
