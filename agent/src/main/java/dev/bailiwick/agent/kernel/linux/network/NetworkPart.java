package dev.bailiwick.agent.kernel.linux.network;

/** A part of a jail's network on the host's side. */
public enum NetworkPart {
    LINK("its network link"),
    LINK_UP("the state 'up' of its network link"),
    ROUTE_V4("the route to its IPv4 address"),
    ROUTE_V6("the route to its IPv6 address"),
    SOURCE_GUARD("the check of its source addresses"),
    BANDWIDTH_IN("the limit of its incoming bandwidth"),
    BANDWIDTH_OUT("the limit of its outgoing bandwidth");

    private final String text;

    NetworkPart(String text) {
        this.text = text;
    }

    @Override
    public String toString() {
        return text;
    }
}
