package dev.bailiwick.server.jail.forward;

import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.JailDefinition;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What people may name to reach a port in a jail: the jail. No name is looked up. */
final class ForwardTarget {

    private static final List<InetAddress> LOOPBACK =
            List.of(InetAddress.ofLiteral("127.0.0.1"), InetAddress.ofLiteral("::1"));

    private ForwardTarget() {}

    /**
     * Returns the addresses in the jail to try, in their order.
     *
     * @param target {@code localhost}, 127.0.0.1, ::1, an address of the jail, or its hostname
     * @throws TargetNotOfJail if it is anything else
     */
    static List<InetAddress> addresses(JailDefinition jail, String target) {
        List<InetAddress> own =
                jail.addresses().all().stream().map(IpAddress::value).toList();
        if (target.equalsIgnoreCase("localhost")) {
            return LOOPBACK;
        }
        if (target.equalsIgnoreCase(jail.hostname().value())) {
            List<InetAddress> primary =
                    jail.addresses().primary().stream().map(IpAddress::value).toList();
            return primary.isEmpty() ? LOOPBACK : primary;
        }
        return literal(target)
                .flatMap(wanted -> Stream.concat(LOOPBACK.stream(), own.stream())
                        .filter(wanted::equals)
                        .findFirst())
                .map(List::of)
                .orElseThrow(() -> new TargetNotOfJail(target));
    }

    private static Optional<InetAddress> literal(String text) {
        try {
            return Optional.of(InetAddress.ofLiteral(text));
        } catch (IllegalArgumentException aName) {
            return Optional.empty();
        }
    }
}
