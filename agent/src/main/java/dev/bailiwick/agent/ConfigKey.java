package dev.bailiwick.agent;

import java.util.Optional;

/** The keys of the properties file. */
enum ConfigKey {
    STATE_DIRECTORY("state-directory", "/var/lib/bailiwick/agent"),
    ROOT_BASE("root-base", "/var/lib/bailiwick/jails"),
    RUNTIME_DIRECTORY("runtime-directory", "/run/bailiwick"),
    LOG_DIRECTORY("log-directory", "/var/log/bailiwick"),
    /** What the log of each jail takes on the disk, in bytes. */
    LOG_SIZE("log-size", "33554432"),
    CGROUP("cgroup", "bailiwick"),
    /** The default lies below 2^31, in a gap of systemd's table of ids (UIDS-GIDS), and far from the ids in /etc/subuid. */
    FIRST_HOST_ID("first-host-id", "1879048192"),
    HOST_ID_RANGES("host-id-ranges", "4094"),
    /** Calls, separated by commas. */
    FLOOR("floor", ""),
    /** Risks, separated by commas. */
    ACCEPT("accept", ""),
    /** A port of 127.0.0.1; 0 for none. */
    METRICS_PORT("metrics-port", "0"),
    LXCFS("lxcfs", "/var/lib/lxcfs");

    private final String text;
    private final String fallback;

    ConfigKey(String text, String fallback) {
        this.text = text;
        this.fallback = fallback;
    }

    String text() {
        return text;
    }

    /** Returns the default value. */
    String fallback() {
        return fallback;
    }

    static Optional<ConfigKey> named(String text) {
        for (ConfigKey key : values()) {
            if (key.text.equals(text)) {
                return Optional.of(key);
            }
        }
        return Optional.empty();
    }
}
