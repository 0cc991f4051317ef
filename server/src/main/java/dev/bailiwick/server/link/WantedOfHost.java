package dev.bailiwick.server.link;

import dev.bailiwick.server.jail.DesiredStates;
import dev.bailiwick.server.network.HostPools;

/** What one host must know: its desired state, and the pools of its addresses. */
record WantedOfHost(SessionContext context, Peer peer) implements DesiredStateSender.Source {

    @Override
    public DesiredStates.DesiredRead since(long revision) {
        return context.desired().since(peer.host(), revision, peer.certificate());
    }

    @Override
    public HostPools pools() {
        return context.pools().of(peer.host());
    }
}
