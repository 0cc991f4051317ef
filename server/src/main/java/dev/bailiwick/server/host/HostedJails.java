package dev.bailiwick.server.host;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.page.LivePart;
import java.util.List;

/** The jails of a host as its page shows them: what a jail is, another module knows. */
public interface HostedJails {

    /**
     * The first of them by name, as parts of a live page. The first part has all others inside it; its event is {@code host-jails},
     * and what it shows is {@code jails}.
     *
     * @param limit how many at most
     */
    List<LivePart> of(Caller caller, HostId host, int limit);
}
