package dev.bailiwick.server.problem;

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
 * The names under which this server answers: those of its certificate, which are {@code bailiwick.names} and the name under which
 * agents dial it, beside the loopback and the address that a connection came to.
 */
@Component
class KnownNames {

    private final Set<String> names = new HashSet<>(Set.of("localhost"));
    private final Set<InetAddress> addresses = new HashSet<>();

    KnownNames(Environment environment) {
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
     * @param header as in the header {@code Host}: a name or an address, that of IPv6 in brackets, and perhaps a port
     * @param local the address that the connection came to
     */
    boolean include(String header, String local) {
        Optional<String> host = hostOf(header);
        if (host.isEmpty()) {
            return false;
        }
        // Names first: to learn that a name is no address costs an exception.
        if (names.contains(normal(host.get()))) {
            return true;
        }
        Optional<InetAddress> address = address(host.get());
        return address.isPresent()
                && (address.get().isLoopbackAddress()
                        || addresses.contains(address.get())
                        || address(local).equals(address));
    }

    /** Without port and brackets; empty where it is malformed. */
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
            // Without the link that a local address of IPv6 may name.
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
