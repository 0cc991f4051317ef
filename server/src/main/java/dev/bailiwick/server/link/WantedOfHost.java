package dev.bailiwick.server.link;

import dev.bailiwick.server.jail.DesiredStates;
import dev.bailiwick.server.network.HostPools;

/** What one host must know: its desired state, and the pools of its addresses. */
record WantedOfHost(Link link, Peer peer) implements DesiredStateSender.Source {

    @Override
    public DesiredStates.Told since(long revision) {
        return link.desired().since(peer.host(), revision, peer.certificate());
    }

    @Override
    public HostPools pools() {
        return link.pools().of(peer.host());
    }
}
