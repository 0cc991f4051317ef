package dev.bailiwick.agent.link.identity;

/** The address at which agents connect to a server. */
public record ServerAddress(String host, int port) {

    public ServerAddress {
        if (host.isEmpty() || port < 1 || port > 65_535) {
            throw new IllegalArgumentException("A server's address is HOST:PORT or [IPV6]:PORT, port 1 to 65535");
        }
    }

    /**
     * Reads {@code HOST:PORT} or {@code [IPV6]:PORT}.
     *
     * @throws IllegalArgumentException if {@code text} is neither
     */
    public static ServerAddress parse(String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        if (host.isEmpty() || !text.substring(colon + 1).matches("[0-9]{1,5}") || (!bracketed && host.contains(":"))) {
            throw new IllegalArgumentException("A server's address is HOST:PORT or [IPV6]:PORT, not '" + text + "'");
        }
        return new ServerAddress(
                bracketed ? host.substring(1, host.length() - 1) : host, Integer.parseInt(text.substring(colon + 1)));
    }

    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
