package dev.bailiwick.server.host;

import java.util.Locale;

/** Whether a host is there; in the order in which a list has them. */
public enum HostState {
    CONNECTED,
    DISCONNECTED,
    /** It has never been there. */
    WAITING;

    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
