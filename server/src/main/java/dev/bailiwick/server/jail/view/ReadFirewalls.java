package dev.bailiwick.server.jail.view;

import dev.bailiwick.jail.firewall.Firewall;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * The firewalls that were read last, by their text. All jails of a customer have its rules, so the desired state of a host with thousands of
 * jails has each of them once. Thread-safe.
 */
final class ReadFirewalls {

    /** A firewall of 100 rules has about 30 KiB with its text. */
    private static final int MAX_FIREWALLS = 200;

    private final Function<String, Firewall> reader;
    private final Map<String, Firewall> read = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Firewall> eldest) {
            return size() > MAX_FIREWALLS;
        }
    };

    /** @param reader reads the text of one */
    ReadFirewalls(Function<String, Firewall> reader) {
        this.reader = reader;
    }

    synchronized Firewall of(String text) {
        return read.computeIfAbsent(text, reader);
    }
}
