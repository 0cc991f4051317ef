package dev.bailiwick.server.host;

import java.util.Locale;

/** Whether a host is connected; in the order of lists. */
public enum HostState {
    CONNECTED,
    DISCONNECTED,
    /** The host has never connected. */
    WAITING;

    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
