package dev.bailiwick.agent.link;

import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.SharedNetwork;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.protocol.MalformedMessage;
import dev.bailiwick.protocol.v1.Network;
import dev.bailiwick.protocol.v1.Networks;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Reads the networks that the server sends, in several messages if there are many. */
final class NetworksWire {

    private List<SharedNetwork> read = new ArrayList<>();

    /**
     * Adds a message.
     *
     * @return all networks, if this is the last message; otherwise empty
     * @throws MalformedMessage if a network is invalid
     */
    Optional<List<SharedNetwork>> add(Networks message) {
        for (Network network : message.getNetworksList()) {
            read.add(fromWire(network));
        }
        if (message.getMore()) {
            return Optional.empty();
        }
        List<SharedNetwork> all = List.copyOf(read);
        read = new ArrayList<>();
        return Optional.of(all);
    }

    private static SharedNetwork fromWire(Network network) {
        try {
            return new SharedNetwork(
                    network.getId(),
                    network.getOwner(),
                    network.getJailIdsList().stream().map(JailId::parse).collect(Collectors.toSet()),
                    network.getAddressesList().stream().map(IpAddress::parse).collect(Collectors.toSet()));
        } catch (InvalidValue e) {
            throw new MalformedMessage("a network " + e.reason(), e);
        }
    }
}
