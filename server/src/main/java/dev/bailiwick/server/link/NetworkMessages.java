package dev.bailiwick.server.link;

import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.SharedNetwork;
import dev.bailiwick.protocol.v1.Network;
import dev.bailiwick.protocol.v1.Networks;
import dev.bailiwick.protocol.v1.ServerMessage;
import java.util.ArrayList;
import java.util.List;

/** The messages with the networks of which jails of a host are members. */
final class NetworkMessages {

    /** About 100 KB; a network with a thousand members, which is the maximum, goes beyond it once. */
    private static final int MAX_ENTRIES = 2_000;

    private NetworkMessages() {}

    /** Returns at least one message, as a list of networks replaces the one before. */
    static List<ServerMessage> of(List<SharedNetwork> networks) {
        List<ServerMessage> messages = new ArrayList<>();
        Networks.Builder next = Networks.newBuilder();
        int entries = 0;
        for (SharedNetwork network : networks) {
            if (entries > 0 && entries + size(network) > MAX_ENTRIES) {
                messages.add(message(next.setMore(true)));
                next = Networks.newBuilder();
                entries = 0;
            }
            next.addNetworks(wire(network));
            entries += size(network);
        }
        messages.add(message(next));
        return messages;
    }

    private static int size(SharedNetwork network) {
        return 1 + network.jails().size() + network.addresses().size();
    }

    private static Network wire(SharedNetwork network) {
        return Network.newBuilder()
                .setId(network.id())
                .setOwner(network.owner())
                .addAllJailIds(network.jails().stream().map(JailId::toString).toList())
                .addAllAddresses(
                        network.addresses().stream().map(IpAddress::toString).toList())
                .build();
    }

    private static ServerMessage message(Networks.Builder networks) {
        return ServerMessage.newBuilder().setNetworks(networks).build();
    }
}
