package dev.bailiwick.server.link;

import dev.bailiwick.jail.desired.SharedNetwork;
import dev.bailiwick.server.jail.DesiredStates;
import dev.bailiwick.server.network.HostPools;
import java.util.List;

/** What one host must know: its desired state, the pools of its addresses, and the networks of its jails. */
record WantedOfHost(SessionContext context, Peer peer) implements DesiredStateSender.Source {

    @Override
    public DesiredStates.DesiredRead since(long revision) {
        return context.desired().since(peer.host(), revision, peer.certificate());
    }

    @Override
    public HostPools pools() {
        return context.pools().of(peer.host());
    }

    @Override
    public List<SharedNetwork> networks() {
        return context.networks().of(peer.host());
    }
}
