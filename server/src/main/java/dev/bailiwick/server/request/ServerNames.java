package dev.bailiwick.server.request;

import java.net.InetAddress;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/**
 * The names of this server: those of its certificate, which are {@code bailiwick.names} and the name that agents connect to, and
 * also the loopback addresses and the address that a connection came to.
 */
@Component
class ServerNames {

    private final Set<String> names = new HashSet<>(Set.of("localhost"));
    private final Set<InetAddress> addresses = new HashSet<>();

    ServerNames(Environment environment) {
        Binder binder = Binder.get(environment);
        binder.bind("bailiwick.names", Bindable.setOf(String.class))
                .orElse(Set.of())
                .forEach(this::know);
        hostOf(binder.bind("bailiwick.link.advertise", String.class).orElse("")).ifPresent(this::know);
    }

    private void know(String name) {
        Optional<InetAddress> address = address(name);
        address.ifPresentOrElse(addresses::add, () -> names.add(normal(name)));
    }

    /**
     * Whether the host is a name of this server.
     *
     * @param header the header {@code Host}: a name or an address, an IPv6 address in brackets, with or without a port
     * @param local the address that the connection came to
     */
    boolean include(String header, String local) {
        Optional<String> host = hostOf(header);
        if (host.isEmpty()) {
            return false;
        }
        // Names first: parsing a name as an address throws an exception, which is slow.
        if (names.contains(normal(host.get()))) {
            return true;
        }
        Optional<InetAddress> address = address(host.get());
        return address.isPresent()
                && (address.get().isLoopbackAddress()
                        || addresses.contains(address.get())
                        || address(local).equals(address));
    }

    /** Returns the host without port and brackets; empty if the header is malformed. */
    private static Optional<String> hostOf(String header) {
        String host = header;
        int end = header.startsWith("[") ? header.indexOf(']') + 1 : header.indexOf(':');
        if (end > 0) {
            String port = header.substring(end);
            if (!port.isEmpty() && !port.matches(":[0-9]{0,5}")) {
                return Optional.empty();
            }
            host = header.substring(0, end);
        }
        boolean bracketed = host.startsWith("[");
        if (bracketed && !host.endsWith("]")) {
            return Optional.empty();
        }
        String bare = bracketed ? host.substring(1, host.length() - 1) : host;
        boolean isV6 = bare.indexOf(':') >= 0;
        return bare.isEmpty() || bracketed != isV6 ? Optional.empty() : Optional.of(bare);
    }

    private static Optional<InetAddress> address(String literal) {
        try {
            // Without the zone of a link-local IPv6 address.
            return Optional.of(InetAddress.ofLiteral(literal.split("%", 2)[0]));
        } catch (IllegalArgumentException notOne) {
            return Optional.empty();
        }
    }

    private static String normal(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }
}
