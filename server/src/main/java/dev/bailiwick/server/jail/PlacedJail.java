package dev.bailiwick.server.jail;

import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.host.HostId;
import dev.bailiwick.server.jail.Sites.Site;

/** A new jail of a batch, with all that is known of it before its addresses are taken. */
record PlacedJail(int line, JailId id, NewJail jail, Site site) {

    HostId host() {
        return site.host().id();
    }

    JailDefinition definition() {
        return site.definition();
    }
}
