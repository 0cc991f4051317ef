package dev.bailiwick.jail;

import dev.bailiwick.jail.validation.InvalidValue;
import java.util.List;
import java.util.Optional;

/** The addresses of one jail: one IPv4, one IPv6, or one of each. */
public record IpAddresses(List<IpAddress> all) {

    public IpAddresses {
        all = List.copyOf(all);
        long v4 = all.stream().filter(IpAddress::isV4).count();
        if (all.isEmpty()) {
            throw new InvalidValue("must contain at least one address");
        }
        if (v4 > 1 || all.size() - v4 > 1) {
            throw new InvalidValue("must contain at most one IPv4 and one IPv6 address");
        }
    }

    public static IpAddresses of(String... literals) {
        return new IpAddresses(List.of(literals).stream().map(IpAddress::parse).toList());
    }

    public Optional<IpAddress> v4() {
        return all.stream().filter(IpAddress::isV4).findFirst();
    }

    public Optional<IpAddress> v6() {
        return all.stream().filter(a -> !a.isV4()).findFirst();
    }
}
